//! How long a message takes: the mean over sentences of all kinds, and the slowest of a hundred.
//!
//! `NLU_BENCH_FILE` names a file with lines of `{"text"}` to measure instead of the sentences here.

use adapter_nlu_rules::RuleParser;
use criterion::{Criterion, criterion_group, criterion_main};
use domain::{messaging::intent::Dialogue, phone::Region};
use std::{hint::black_box, time::Instant};

const SENTENCES: [&str; 24] = [
    "mándale 350 pesos a mi tía Rosaura por la despensa, porfa",
    "¿cuánto me queda en la cuenta?",
    "hola, buenas tardes",
    "no, mejor que sean 420",
    "transfiere $1,250.50 M.N. a la CLABE 032180000118359719 a nombre de Percival",
    "ya no quiero recibir mensajes, quiten mi número",
    "qué pasa si bloqueo mi cuenta",
    "cuánto gasté en taxis este mes",
    "le mandé 900 a Rosaura y dice que no le llegó nada",
    "pásame con una persona de verdad",
    "mi código es 482 913",
    "jajaja gracias",
    "send forty bucks to Percival for the pizza",
    "how much can I still send today?",
    "what did I pay last week",
    "someone got into my account",
    "yes but make it 30",
    "tell me my balance and then send 5 to Rosaura",
    "the weather is awful and the bus is late again",
    "manda 1.300,40 reais pro Anselmo, valeu",
    "qual é a minha chave?",
    "cadê meu dinheiro, fiz o pix ontem e não caiu",
    "não quero mais mensagens de vocês",
    "amanhã eu mando 50 pra Duda se der",
];

fn sentences() -> Vec<String> {
    let Some(file) = std::env::var_os("NLU_BENCH_FILE") else {
        return SENTENCES.map(str::to_owned).into();
    };
    let lines = std::fs::read_to_string(file).unwrap_or_default();
    let text = |line: &str| {
        let value: serde_json::Value = serde_json::from_str(line).ok()?;
        value.get("text")?.as_str().map(str::to_owned)
    };
    lines.lines().filter_map(text).collect()
}

fn understanding(criterion: &mut Criterion) {
    let Some(home) = Region::parse("MX") else { return };
    let (parser, dialogue, texts) = (RuleParser::new(home), Dialogue::default(), sentences());
    criterion.bench_function("all sentences", |bench| {
        bench.iter(|| {
            for text in &texts {
                black_box(parser.understand(black_box(text), &dialogue));
            }
        });
    });
    report(&parser, &dialogue, &texts);
}

/// Prints the mean, the median and the 99th percentile of single messages, in microseconds.
#[allow(clippy::print_stdout, reason = "a bench reports to the terminal")]
fn report(parser: &RuleParser, dialogue: &Dialogue, texts: &[String]) {
    const ROUNDS: usize = 200;
    let mut nanos: Vec<u128> = Vec::with_capacity(texts.len().saturating_mul(ROUNDS));
    for text in texts.iter().cycle().take(texts.len().saturating_mul(ROUNDS)) {
        let start = Instant::now();
        black_box(parser.understand(black_box(text), dialogue));
        nanos.push(start.elapsed().as_nanos());
    }
    nanos.sort_unstable();
    let count = u128::try_from(nanos.len()).unwrap_or(1).max(1);
    let mean = nanos.iter().sum::<u128>().checked_div(count).unwrap_or_default();
    let late = nanos.get(nanos.len().saturating_mul(99) / 100).copied().unwrap_or_default();
    let median = nanos.get(nanos.len() / 2).copied().unwrap_or_default();
    println!("{} messages: mean {mean} ns, median {median} ns, 99th percentile {late} ns", nanos.len());
}

criterion_group!(benches, understanding);
criterion_main!(benches);
