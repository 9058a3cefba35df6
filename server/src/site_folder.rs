//! The folder of what browsers load.

use std::{
    fs::{self, Metadata},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use leptos::config::{LeptosOptions, get_config_from_str};
use nix::unistd::{Group, Uid, User, geteuid};

/// Names another folder than the one above the program.
const NAMED: &str = "LEPTOS_SITE_ROOT";

/// Leptos.toml is part of the program, and `LEPTOS_…` wins over it. The working directory has no say: it may belong
/// to anybody, and what is in the site's folder is served to everybody.
///
/// # Errors
/// There is no such folder, or others could change it.
pub(crate) fn leptos_options() -> anyhow::Result<LeptosOptions> {
    let options = get_config_from_str(include_str!("../../Leptos.toml"));
    let mut options = options.context("the settings of Leptos cannot be read")?;
    options.site_root = match find(&options.site_root)? {
        Some(site) => site.to_string_lossy().into(),
        None => {
            let missing = "there is no target/site above the program: pages come without style";
            tracing::warn!(program = %program()?.display(), "{missing}");
            program()?.with_file_name("site").to_string_lossy().into()
        }
    };
    Ok(options)
}

/// The folder, if there is one, which nobody can change but root, this account and the owner of the program.
///
/// # Errors
/// The one that is named is missing, or others could change what is served.
pub(crate) fn find(site: &str) -> anyhow::Result<Option<PathBuf>> {
    let named = std::env::var_os(NAMED).is_some();
    // The program is at `target/release/rapport` or `bin/rapport`, and its site in the folder above.
    let program = program()?;
    let folder = match named {
        true => Some(PathBuf::from(site)),
        false => program.ancestors().skip(2).take(2).map(|above| above.join(site)).find(|it| it.is_dir()),
    };
    let Some(folder) = folder else { return Ok(None) };
    if !folder.is_dir() {
        bail!("there is no folder {}, which {NAMED} names", folder.display());
    }
    let folder = folder.canonicalize()?;
    let trusted = Trusted::with(&program)?;
    if let Some(open) = trusted.open_to_others(&folder)? {
        bail!(
            "others can change {}, or it is no plain file; it is served to everybody. Give it to the owner of the \
             program, and: chmod -R go-w {}",
            open.display(),
            folder.display()
        );
    }
    // Whoever can replace a folder that the program is in can replace the program.
    let above = folder.ancestors().skip(1).filter(|above| !program.starts_with(above));
    if let Some(open) = above.into_iter().find(|above| trusted.lets_others_replace(above)) {
        bail!("others can replace {} by way of {}; choose another folder", folder.display(), open.display());
    }
    Ok(Some(folder))
}

fn program() -> std::io::Result<PathBuf> {
    std::env::current_exe()?.canonicalize()
}

/// Those who may change what is served: root, this account, and the owner of the program.
struct Trusted {
    users: [u32; 3],
    /// A group of the program's owner alone, as some systems make one for everybody.
    group: Option<u32>,
}

impl Trusted {
    fn with(program: &Path) -> std::io::Result<Self> {
        let owner = program.metadata()?.uid();
        let user = User::from_uid(Uid::from_raw(owner)).ok().flatten();
        let own = user.filter(|user| {
            let group = Group::from_gid(user.gid).ok().flatten();
            group.is_some_and(|group| group.name == user.name && group.mem.is_empty())
        });
        Ok(Self { users: [0, geteuid().as_raw(), owner], group: own.map(|user| user.gid.as_raw()) })
    }

    /// The first of all the files in a folder that somebody else can change, or that is neither a file nor a folder.
    fn open_to_others(&self, path: &Path) -> std::io::Result<Option<PathBuf>> {
        let found = fs::symlink_metadata(path)?;
        if self.is_open(&found) || !(found.is_dir() || found.is_file()) {
            return Ok(Some(path.to_owned()));
        }
        if !found.is_dir() {
            return Ok(None);
        }
        for entry in fs::read_dir(path)? {
            if let Some(open) = self.open_to_others(&entry?.path())? {
                return Ok(Some(open));
            }
        }
        Ok(None)
    }

    fn is_open(&self, found: &Metadata) -> bool {
        let by_group = found.mode() & 0o020 != 0 && self.group != Some(found.gid());
        !self.users.contains(&found.uid()) || by_group || found.mode() & 0o002 != 0
    }

    /// In a sticky folder only the owner of an entry renames it.
    fn lets_others_replace(&self, folder: &Path) -> bool {
        fs::metadata(folder).map_or(true, |found| {
            !self.users.contains(&found.uid()) || self.is_open(&found) && found.mode() & 0o1000 == 0
        })
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, chown, symlink};

    use super::*;

    fn trusted() -> Trusted {
        let own = geteuid().as_raw();
        Trusted { users: [0, own, own], group: None }
    }

    #[test]
    fn what_others_can_change_at_any_depth_is_found() {
        let site = tempfile::tempdir().unwrap();
        let (folder, file) = (site.path().join("pkg"), site.path().join("pkg/rapport.js"));
        fs::create_dir(&folder).unwrap();
        fs::write(&file, "").unwrap();
        let close = |path: &Path, mode| fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
        for (path, open, closed) in [(&file, 0o646, 0o644), (&file, 0o664, 0o644), (&folder, 0o757, 0o755)] {
            close(path, open);
            assert_eq!(trusted().open_to_others(site.path()).unwrap().as_ref(), Some(path), "{open:o}");
            close(path, closed);
            assert_eq!(trusted().open_to_others(site.path()).unwrap(), None);
        }
        let own_group = Trusted { group: Some(fs::metadata(&file).unwrap().gid()), ..trusted() };
        close(&file, 0o664);
        assert_eq!(own_group.open_to_others(site.path()).unwrap(), None);
        close(&file, 0o644);
        symlink("rapport.js", folder.join("link.js")).unwrap();
        assert_eq!(trusted().open_to_others(site.path()).unwrap(), Some(folder.join("link.js")));
        fs::remove_file(folder.join("link.js")).unwrap();
        if geteuid().is_root() {
            chown(&file, Some(1), None).unwrap();
            assert_eq!(trusted().open_to_others(site.path()).unwrap(), Some(file.clone()));
            let owned = Trusted { users: [0, 0, 1], group: None };
            assert_eq!(owned.open_to_others(site.path()).unwrap(), None);
        }
    }

    #[test]
    fn a_folder_in_which_others_can_rename_is_no_place_for_a_site() {
        let parent = tempfile::tempdir().unwrap();
        let with = |mode| {
            fs::set_permissions(parent.path(), PermissionsExt::from_mode(mode)).unwrap();
            trusted().lets_others_replace(parent.path())
        };
        assert!(with(0o777) && with(0o770));
        assert!(!with(0o1777) && !with(0o755));
    }
}
