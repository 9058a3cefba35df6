DROP TABLE dead_jobs, jobs, messages, members, private_rooms, rooms, sessions, registrations, users;
