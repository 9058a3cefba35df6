//! The linker keeps what `scripts/site.sh` needs to cut the pages that are fetched on demand out
//! of the program.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-link-arg-cdylib=--emit-relocs");
}
