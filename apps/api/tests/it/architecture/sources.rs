//! Which file of a crate takes a name from which other file, read from the sources with `syn`. A name is followed through
//! re-exports to the file that defines it. Tests are left out.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};
use syn::{Attribute, Item, UseTree, visit::Visit};

/// The longest chain of re-exports that is followed.
const REEXPORTS_MAX: usize = 12;

/// A module as a path of names; the crate's root is the empty one.
pub(crate) type Module = Vec<String>;

/// What a file holds.
#[derive(Default)]
struct Source {
    /// Names that it defines.
    items: BTreeSet<String>,
    /// Names that it imports, with the path as it is written.
    imports: BTreeMap<String, Vec<String>>,
    /// Paths whose names it imports all.
    globs: Vec<Vec<String>>,
    /// Paths that it names otherwise.
    paths: BTreeSet<Vec<String>>,
}

/// The modules of a crate and the edges between them.
pub(crate) struct Crate {
    sources: BTreeMap<Module, Source>,
}

impl Crate {
    /// Reads all files below a crate's `src`.
    pub(crate) fn read(folder: &Path) -> Self {
        let mut sources = BTreeMap::new();
        read_folder(folder, &Module::new(), &mut sources);
        assert!(!sources.is_empty(), "{} has no modules", folder.display());
        Self { sources }
    }

    /// For each module those that it takes a name from.
    pub(crate) fn edges(&self) -> BTreeMap<&Module, BTreeSet<Module>> {
        let of = |(module, source): (&'_ Module, &Source)| -> BTreeSet<Module> {
            let named = source.imports.values().chain(&source.paths);
            let mut targets: BTreeSet<Module> =
                named.filter_map(|path| self.definer(module, path, REEXPORTS_MAX)).collect();
            // A file and the files below it are one unit: `x.rs` declares what `x/` carries out.
            targets.retain(|target| !target.starts_with(module) && !module.starts_with(target));
            targets
        };
        self.sources.iter().map(|(module, source)| (module, of((module, source)))).collect()
    }

    /// The module that defines what a path names, seen from a module; none for names of other crates.
    fn definer(&self, from: &Module, path: &[String], depth: usize) -> Option<Module> {
        let absolute = self.absolute(from, path, depth)?;
        let known = (0..=absolute.len()).rev().find(|n| self.sources.contains_key(&absolute[..*n]))?;
        let (module, rest) = (absolute[..known].to_vec(), &absolute[known..]);
        let name = rest.first()?;
        let source = &self.sources[&module];
        if source.items.contains(name) || depth == 0 {
            return Some(module);
        }
        if let Some(import) = source.imports.get(name) {
            return self.definer(&module, import, depth - 1);
        }
        source.globs.iter().find_map(|glob| {
            let inside = [glob.clone(), vec![name.clone()]].concat();
            let found = self.definer(&module, &inside, depth - 1)?;
            self.sources[&found].items.contains(name).then_some(found)
        })
    }

    /// The path from the crate's root on.
    fn absolute(&self, from: &Module, path: &[String], depth: usize) -> Option<Vec<String>> {
        let first = path.first()?;
        match first.as_str() {
            "crate" => Some(path[1..].to_vec()),
            "self" => Some([from.clone(), path[1..].to_vec()].concat()),
            "super" => {
                let ups = path.iter().take_while(|part| *part == "super").count();
                let base = from.get(..from.len().checked_sub(ups)?)?.to_vec();
                Some([base, path[ups..].to_vec()].concat())
            }
            name => {
                let child = [from.clone(), vec![name.to_owned()]].concat();
                if self.sources.contains_key(&child) {
                    return Some([child, path[1..].to_vec()].concat());
                }
                let import = self.sources.get(from)?.imports.get(name).filter(|_| depth > 0)?;
                if import.first() == Some(first) {
                    return None;
                }
                let base = self.absolute(from, import, depth - 1)?;
                Some([base, path[1..].to_vec()].concat())
            }
        }
    }
}

fn read_folder(folder: &Path, module: &Module, sources: &mut BTreeMap<Module, Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if stem == "tests" {
            continue;
        }
        let child = [module.clone(), vec![stem.clone()]].concat();
        if path.is_dir() {
            read_folder(&path, &child, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let own = if matches!(stem.as_str(), "mod" | "lib" | "main") { module.clone() } else { child };
            let file = syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap();
            let source = sources.entry(own).or_default();
            file.items.iter().for_each(|item| source.take(item));
        }
    }
}

impl Source {
    fn take(&mut self, item: &Item) {
        if attributes_of(item).iter().any(is_for_tests) {
            return;
        }
        match item {
            Item::Use(import) => self.take_use(&import.tree, &mut Vec::new()),
            Item::Mod(inline) => {
                self.items.insert(inline.ident.to_string());
                let inside = inline.content.iter().flat_map(|(_, items)| items);
                inside.for_each(|item| self.visit_item(item));
            }
            _ => {
                self.items.extend(name_of(item));
                self.visit_item(item);
            }
        }
    }

    fn take_use(&mut self, tree: &UseTree, before: &mut Vec<String>) {
        match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.take_use(&path.tree, before);
                before.pop();
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.take_use(tree, before)),
            UseTree::Glob(_) => self.globs.push(before.clone()),
            UseTree::Name(name) if name.ident == "self" => {
                if let Some(last) = before.last().cloned() {
                    self.imports.insert(last, before.clone());
                }
            }
            UseTree::Name(name) => self.import(name.ident.to_string(), name.ident.to_string(), before),
            UseTree::Rename(rename) if rename.ident == "self" => {
                self.imports.insert(rename.rename.to_string(), before.clone());
            }
            UseTree::Rename(rename) => {
                self.import(rename.rename.to_string(), rename.ident.to_string(), before);
            }
        }
    }

    fn import(&mut self, name: String, original: String, before: &[String]) {
        self.imports.insert(name, [before.to_vec(), vec![original]].concat());
    }
}

impl<'ast> Visit<'ast> for Source {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if names.len() > 1 {
            self.paths.insert(names);
        }
        syn::visit::visit_path(self, path);
    }
}

fn is_for_tests(attribute: &Attribute) -> bool {
    let tokens = attribute.meta.require_list().map(|list| list.tokens.to_string()).unwrap_or_default();
    attribute.path().is_ident("cfg")
        && tokens.split(|c: char| !c.is_alphanumeric()).any(|word| word == "test")
}

fn attributes_of(item: &Item) -> &[Attribute] {
    match item {
        Item::Mod(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        _ => &[],
    }
}

fn name_of(item: &Item) -> Option<String> {
    Some(match item {
        Item::Const(item) => item.ident.to_string(),
        Item::Enum(item) => item.ident.to_string(),
        Item::Fn(item) => item.sig.ident.to_string(),
        Item::Static(item) => item.ident.to_string(),
        Item::Struct(item) => item.ident.to_string(),
        Item::Trait(item) => item.ident.to_string(),
        Item::TraitAlias(item) => item.ident.to_string(),
        Item::Type(item) => item.ident.to_string(),
        Item::Union(item) => item.ident.to_string(),
        Item::Macro(item) => item.ident.as_ref()?.to_string(),
        _ => return None,
    })
}
