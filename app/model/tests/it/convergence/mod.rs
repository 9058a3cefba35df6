//! Whatever the wire does, once it heals every device shows the server's state: each message once,
//! in the one order, with the same marks and the same number of unread.

mod cases;
mod step;
mod world;

use proptest::prelude::*;

use self::{
    step::{Step, step},
    world::World,
};
use crate::world::Server;

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_device_converges(steps in prop::collection::vec(step(), 0..120)) {
        converge(World::new(), steps);
    }

    #[test]
    fn every_device_converges_where_numbers_follow(steps in prop::collection::vec(step(), 0..120)) {
        converge(World::of(Server::with_log()), steps);
    }

    #[test]
    fn every_device_of_a_group_converges(steps in prop::collection::vec(step(), 0..120)) {
        converge(World::of(Server::group()), steps);
    }
}

fn converge(mut world: World, steps: Vec<Step>) {
    let mut composed = vec![Vec::new(); 3];
    for step in steps {
        if let Step::Compose(number) = step {
            let room = world.server.room;
            composed[number].push(world.devices[number].compose(room, "a message"));
            world.flush(number);
            continue;
        }
        world.take(step);
    }
    world.heal();
    world.check();
    world.check_sent(&composed);
    world.check_wanted();
}
