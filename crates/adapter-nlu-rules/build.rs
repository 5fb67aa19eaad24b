//! Trains the linear model of intents on the sentences of `data/sentences/` and writes its table.
//!
//! Multinomial logistic regression over hashed features, trained by stochastic gradient descent in a fixed order: the
//! same sentences always give the same table.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::arithmetic_side_effects,
    reason = "a build script stops the build where something is wrong"
)]

#[path = "src/features.rs"]
mod features;

use features::{BUCKETS, features};
use std::{collections::HashMap, env, fs, path::Path};

/// Least number of turns in which a line is expanded.
const PER_LINE: usize = 12;
const EPOCHS: usize = 11;
/// The table is the mean of the last epochs: one sentence more or less then changes little.
const AVERAGED: usize = 6;
/// An example that is so probable already teaches nothing.
const LEARNT: f32 = 0.97;

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

struct Example {
    rows: Vec<(u32, f32)>,
    class: usize,
    weight: f32,
}

fn main() {
    println!("cargo::rerun-if-changed=data");
    println!("cargo::rerun-if-changed=src/features.rs");
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let shorthand = shorthand();
    let mut classes: Vec<String> = Vec::new();
    let mut examples = Vec::new();
    let mut files: Vec<_> =
        fs::read_dir("data/sentences").unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    for file in files {
        let text = fs::read_to_string(file).unwrap();
        read(&text, &shorthand, &mut random, &mut classes, &mut examples);
    }
    let table = train(&examples, classes.len(), &mut random);
    write(&classes, &table);
}

fn shorthand() -> HashMap<String, String> {
    fs::read_to_string("data/shorthand.txt")
        .unwrap()
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(' '))
        .map(|(short, long)| (short.to_owned(), long.to_owned()))
        .collect()
}

fn read(
    text: &str,
    shorthand: &HashMap<String, String>,
    random: &mut Random,
    classes: &mut Vec<String>,
    examples: &mut Vec<Example>,
) {
    let mut sets: HashMap<String, Vec<String>> = HashMap::new();
    let mut class = 0;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(set) = line.strip_prefix('@') {
            let (name, members) = set.split_once('=').unwrap();
            sets.insert(name.trim().to_owned(), members.split(',').map(|m| m.trim().to_owned()).collect());
        } else if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            class = classes.iter().position(|known| known == name).unwrap_or_else(|| {
                classes.push(name.to_owned());
                classes.len() - 1
            });
        } else {
            let count = PER_LINE.max(longest_group(line) + longest_group(line) / 2);
            let mut sentences: Vec<String> =
                (0..count).map(|turn| expand(line, turn, &sets, random)).collect();
            sentences.sort();
            sentences.dedup();
            // A line counts more the more sentences it stands for, but not in proportion.
            let weight = 3.0 / (sentences.len() as f32).sqrt();
            for sentence in sentences {
                examples.push(Example { rows: rows(&sentence, shorthand), class, weight: weight.min(1.5) });
            }
        }
    }
}

fn longest_group(line: &str) -> usize {
    line.split('(')
        .skip(1)
        .map(|group| group.split(')').next().unwrap_or("").split('|').count())
        .max()
        .unwrap_or(1)
}

/// One sentence of a line: an alternative of each group, a member of each set. The turns go through the
/// alternatives of the longest group in order, so that each is seen.
fn expand(line: &str, turn: usize, sets: &HashMap<String, Vec<String>>, random: &mut Random) -> String {
    let longest = longest_group(line);
    let mut text = line.to_owned();
    while let Some(open) = text.find('(') {
        let close = open + text[open..].find(')').expect("a group ends");
        let options: Vec<&str> = text[open + 1..close].split('|').collect();
        let at = if options.len() * 2 >= longest { turn + open } else { random.below(options.len()) };
        let chosen = options[at % options.len()].to_owned();
        text.replace_range(open..=close, &chosen);
    }
    while let Some(open) = text.find('{') {
        let close = open + text[open..].find('}').expect("a set's name ends");
        let members = sets.get(&text[open + 1..close]).unwrap_or_else(|| panic!("no set in «{line}»"));
        let chosen = members[random.below(members.len())].clone();
        text.replace_range(open..=close, &chosen);
    }
    text
}

fn rows(sentence: &str, shorthand: &HashMap<String, String>) -> Vec<(u32, f32)> {
    let mut words: Vec<&str> = Vec::new();
    let folded: String = sentence.chars().map(fold).collect();
    for word in folded.split_whitespace().filter(|word| *word != "\"") {
        match shorthand.get(word) {
            Some(long) => words.extend(long.split(' ')),
            None => words.push(word),
        }
    }
    let mut rows = Vec::new();
    features(words.into_iter(), &mut rows);
    rows
}

fn fold(c: char) -> char {
    match c {
        'á' | 'à' | 'â' | 'ã' => 'a',
        'é' | 'ê' => 'e',
        'í' => 'i',
        'ó' | 'ô' | 'õ' => 'o',
        'ú' | 'ü' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        other => other,
    }
}

fn train(examples: &[Example], classes: usize, random: &mut Random) -> Vec<f32> {
    let mut table = vec![0.0_f32; BUCKETS as usize * classes];
    let mut mean = vec![0.0_f32; table.len()];
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let mut scores = vec![0.0_f32; classes];
    for epoch in 0..EPOCHS {
        for at in (1..order.len()).rev() {
            order.swap(at, random.below(at + 1));
        }
        let rate = 0.25 / (1.0 + epoch as f32 * 0.3);
        for &at in &order {
            let example = &examples[at];
            let scale = scale(&example.rows);
            scores.fill(0.0);
            for &(row, strength) in &example.rows {
                let from = row as usize * classes;
                for (score, weight) in scores.iter_mut().zip(&table[from..from + classes]) {
                    *score += strength * scale * weight;
                }
            }
            softmax(&mut scores);
            if scores[example.class] > LEARNT {
                continue;
            }
            scores[example.class] -= 1.0;
            for &(row, strength) in &example.rows {
                let from = row as usize * classes;
                let step = rate * example.weight * strength * scale;
                for (weight, slope) in table[from..from + classes].iter_mut().zip(&scores) {
                    *weight -= step * slope;
                }
            }
        }
        if epoch + AVERAGED >= EPOCHS {
            for (mean, weight) in mean.iter_mut().zip(&table) {
                *mean += weight / AVERAGED as f32;
            }
        }
    }
    mean
}

/// Long texts have many features: each counts less.
fn scale(rows: &[(u32, f32)]) -> f32 {
    4.0 / rows.iter().map(|(_, strength)| strength * strength).sum::<f32>().sqrt().max(1.0)
}

fn softmax(scores: &mut [f32]) {
    let most = scores.iter().copied().fold(f32::MIN, f32::max);
    let mut sum = 0.0;
    for score in scores.iter_mut() {
        *score = (*score - most).exp();
        sum += *score;
    }
    for score in scores {
        *score /= sum;
    }
}

/// Writes the weights as bytes, row by row, and the names of the classes with the value of one unit.
fn write(classes: &[String], table: &[f32]) {
    let out = env::var("OUT_DIR").unwrap();
    let most = table.iter().copied().map(f32::abs).fold(0.0, f32::max);
    let unit = most / 127.0;
    let bytes: Vec<u8> = table.iter().map(|weight| (weight / unit).round() as i8 as u8).collect();
    fs::write(Path::new(&out).join("model.bin"), bytes).unwrap();
    fs::write(Path::new(&out).join("model.txt"), format!("{unit}\n{}\n", classes.join("\n"))).unwrap();
}
