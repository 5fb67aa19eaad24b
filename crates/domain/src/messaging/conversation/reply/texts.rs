//! The texts of replies, one line or paragraph each.

use super::{Answer, Reply, Text};
use crate::{
    message::Channel,
    messaging::{
        conversation::{
            ConfirmationPrompt, FiguresQuery, PastReceipt, Question, Receiving, Spending, Statement,
            StatementLine, StepUp,
            suggestions::{SOMETHING_ELSE, name_of},
        },
        intent::{Intent, Period, Topic},
    },
    money::{
        Money,
        limits::{LimitExceeded, LimitFigures, LimitsLeft},
    },
};

impl Reply {
    /// The texts to send, one line or paragraph each.
    #[must_use]
    pub fn texts(&self) -> Vec<Text> {
        self.service_texts()
            .or_else(|| self.data_texts())
            .or_else(|| self.code_texts())
            .or_else(|| self.payee_texts())
            .unwrap_or_else(|| self.money_texts())
    }

    /// Replies about the service itself.
    fn service_texts(&self) -> Option<Vec<Text>> {
        Some(vec![match self {
            Self::Greeting => Text::plain("greeting"),
            Self::Help => Text::plain("help"),
            Self::NotUnderstood => Text::plain("not-understood"),
            Self::QuestionNotUnderstood => Text::plain("question-not-understood"),
            Self::DidYouMean(wishes) => return Some(did_you_mean(wishes)),
            Self::Answer(answer) => Text::plain(answer.id()),
            Self::UnsupportedKind => Text::plain("unsupported-kind"),
            Self::EditUnread => Text::plain("edit-unread"),
            Self::TooManyMessages => Text::plain("too-many-messages"),
            Self::OptedOut => Text::plain("opted-out"),
            Self::OptedIn => Text::plain("opted-in"),
            Self::NothingPending => Text::plain("nothing-pending"),
            Self::YesOrNo(Question::Freeze) => Text::plain("freeze-ask"),
            Self::YesOrNo(Question::OptOut) => Text::plain("opt-out-ask"),
            Self::AsItWas => Text::plain("as-it-was"),
            Self::Frozen { is_opted_out: false } => Text::plain("frozen"),
            Self::Frozen { is_opted_out: true } => Text::plain("frozen-opted-out"),
            Self::NothingToFreeze => Text::plain("nothing-to-freeze"),
            Self::MoneyIsFrozen => Text::plain("money-is-frozen"),
            Self::HandedOff => Text::plain("handed-off"),
            Self::Released => Text::plain("released"),
            Self::BotIsBack => return Some(vec![Text::plain("bot-is-back"), Text::plain("help")]),
            Self::ProblemNoted => Text::plain("problem-noted"),
            Self::NumberNeeded => Text::plain("number-needed"),
            Self::ChatBound(whose) => Text::plain("chat-bound").with("whose", whose.clone()),
            Self::LinkCodeGone => Text::plain("link-code-gone"),
            Self::Flow(prompt) => Text::plain("flow-text").with("text", prompt.text.clone()),
            Self::FlowLeft(word) => Text::plain("flow-left").with("word", word.clone()),
            Self::FlowGone(None) => Text::plain("flow-gone"),
            Self::FlowGone(Some(word)) => Text::plain("flow-gone-again").with("word", word.clone()),
            _ => return None,
        }])
    }

    /// Replies about codes.
    fn code_texts(&self) -> Option<Vec<Text>> {
        Some(vec![match self {
            Self::NoCodePending => Text::plain("no-code-pending"),
            Self::CodeSent(channel) => {
                return Some(vec![Text::plain(sent_by(*channel)), Text::plain("code-how-to-answer")]);
            }
            Self::CodeStillGood => Text::plain("code-still-good"),
            Self::CodeWaits => Text::plain("code-waits"),
            Self::CodeReason => Text::plain("code-reason"),
            Self::RequestDropped => Text::plain("request-dropped"),
            Self::ResendTooSoon(seconds) => Text::plain("resend-too-soon").with_number("seconds", *seconds),
            Self::Locked(minutes) => Text::plain("locked").with_number("minutes", *minutes),
            Self::TooManyCodes(minutes) => Text::plain("too-many-codes").with_number("minutes", *minutes),
            Self::NotReachable => Text::plain("not-reachable"),
            Self::CodeUnavailable => Text::plain("code-unavailable"),
            Self::CodeWrong(left) => Text::plain("code-wrong").with_number("left", i64::from(*left)),
            Self::CodeGone => Text::plain("code-gone"),
            Self::CodeRight => Text::plain("code-right"),
            Self::Verified => Text::plain("verified"),
            Self::StepUp(step) => {
                return Some(vec![step_up("step-up", step), Text::plain(code_by(step.channel))]);
            }
            Self::StepUpWaits(step) => step_up("step-up-waits", step),
            Self::StepUpGone => Text::plain("step-up-gone"),
            _ => return None,
        }])
    }

    /// Replies about money.
    fn money_texts(&self) -> Vec<Text> {
        vec![match self {
            Self::Balance { posted, available } => return balance(*posted, *available),
            Self::Statement(statement) => return statement_texts(statement),
            Self::Spending(spending) => return vec![spending_text(spending)],
            Self::PastReceipt(receipt) => return past_receipt(receipt.as_ref()),
            Self::Receiving(receiving) => return receiving_texts(receiving),
            Self::Limits(limits) => return limits_texts(limits),
            Self::ConfirmationPrompt(prompt) => return prompt_texts(prompt),
            Self::AboutPrompt { prompt, topic } => {
                return vec![about_prompt(prompt, *topic), prompt_waits(prompt)];
            }
            Self::PromptWaits(prompt) => prompt_waits(prompt),
            Self::PromptExpired => Text::plain("prompt-expired"),
            Self::AskAmount => Text::plain("ask-amount"),
            Self::WhichAmount { thousands, decimal } => Text::plain("which-amount")
                .with("thousands", thousands.to_string())
                .with("decimal", decimal.to_string()),
            Self::BadAmount => Text::plain("bad-amount"),
            Self::AskDestination => Text::plain("ask-destination"),
            Self::AskAccountOf(name) => Text::plain("ask-account-of").with("name", name.clone()),
            Self::BadDestination => Text::plain("bad-destination"),
            Self::DigitsMissing(digits) => {
                Text::plain("digits-missing").with_number("digits", i64::try_from(*digits).unwrap_or(0))
            }
            Self::OwnAccount => Text::plain("own-account"),
            Self::RecipientNotFound => Text::plain("recipient-not-found"),
            Self::TransferCanceled => Text::plain("transfer-canceled"),
            Self::Receipt { amount, destination, folio, balance } => Text::plain("receipt")
                .with_money("amount", *amount)
                .with("destination", destination.clone())
                .with("folio", folio.clone())
                .with_money("balance", *balance),
            Self::Processing { amount, destination } => Text::plain("processing")
                .with_money("amount", *amount)
                .with("destination", destination.clone()),
            Self::InsufficientFunds(available) => {
                Text::plain("insufficient-funds").with_money("available", *available)
            }
            Self::LimitExceeded(limit) => limit_text(limit),
            Self::NewPayee(minutes) => Text::plain("limit-new-payee").with_number("minutes", *minutes),
            Self::ChatTooNew(minutes) => Text::plain("limit-chat-new").with_number("minutes", *minutes),
            Self::NoWallet(currency) => Text::plain("no-wallet").with("currency", currency.clone()),
            _ => Text::plain("transfer-refused"),
        }]
    }
}

impl Answer {
    const fn id(self) -> &'static str {
        match self {
            Self::Welcome => "welcome",
            Self::Goodbye => "goodbye",
            Self::Bot => "about-bot",
            Self::Fees => "about-fees",
            Self::Arrival => "about-arrival",
            Self::Sending => "about-sending",
            Self::OptOut => "about-opt-out",
            Self::Freezing => "about-freezing",
            Self::Codes => "about-codes",
            Self::Clabe => "about-clabe",
            Self::Currencies => "about-currencies",
        }
    }
}

/// The question, and one numbered line for each wish and for something else.
fn did_you_mean(wishes: &[Intent]) -> Vec<Text> {
    let named = wishes.iter().copied().map(name_of).chain([SOMETHING_ELSE]);
    let line = |(number, wish): (i64, &str)| {
        Text::plain("did-you-mean-line").with_number("number", number).with("wish", wish)
    };
    std::iter::once(Text::plain("did-you-mean")).chain((1_i64..).zip(named).map(line)).collect()
}

const fn sent_by(channel: Channel) -> &'static str {
    match channel {
        Channel::Whatsapp => "code-sent-whatsapp",
        Channel::Sms => "code-sent-sms",
        Channel::Call => "code-sent-call",
        Channel::Email => "code-sent-email",
        Channel::Telegram => "code-sent-telegram",
    }
}

const fn code_by(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "code-by-email",
        _ => "code-by-sms",
    }
}

fn step_up(id: &'static str, step: &StepUp) -> Text {
    Text::plain(id).with_money("amount", step.amount).with("destination", step.destination.clone())
}

/// The account as a prompt shows it: masked, with its bank.
fn account_of(prompt: &ConfirmationPrompt) -> String {
    let account = prompt.account.masked();
    match &prompt.bank {
        Some(bank) => format!("{account} ({bank})"),
        None => account,
    }
}

fn prompt_texts(prompt: &ConfirmationPrompt) -> Vec<Text> {
    let account = account_of(prompt);
    let mut texts = vec![match &prompt.payee {
        Some(payee) => Text::plain("prompt-payee").with("payee", payee.clone()),
        None => Text::plain("prompt"),
    }];
    texts = texts
        .into_iter()
        .map(|text| text.with_money("amount", prompt.amount).with("account", account.clone()))
        .collect();
    if let Some(concept) = &prompt.concept {
        texts.push(Text::plain("prompt-concept").with("concept", concept.clone()));
    }
    if let (Some(known), Some(payee)) = (&prompt.known_account, &prompt.payee) {
        let warning = Text::plain("prompt-other-account").with("payee", payee.clone());
        texts.push(warning.with("account", known.clone()));
    }
    if prompt.account.looks_mistyped() {
        texts.push(Text::plain("prompt-check-number"));
    }
    if let Some(minutes) = prompt.repeats_after_minutes {
        let again = Text::plain("prompt-again").with_number("minutes", minutes);
        texts.push(again.with_money("amount", prompt.amount));
    }
    texts.push(Text::plain("prompt-confirm"));
    texts
}

fn prompt_waits(prompt: &ConfirmationPrompt) -> Text {
    let waits = match &prompt.payee {
        Some(payee) => Text::plain("prompt-waits-payee").with("payee", payee.clone()),
        None => Text::plain("prompt-waits"),
    };
    waits.with_money("amount", prompt.amount).with("account", prompt.account.masked())
}

/// What is known about the open prompt: to whom, how much, which bank.
fn about_prompt(prompt: &ConfirmationPrompt, topic: Topic) -> Text {
    match (topic, &prompt.bank, &prompt.payee) {
        (Topic::Amount, ..) => Text::plain("prompt-amount").with_money("amount", prompt.amount),
        (Topic::Bank, Some(bank), _) => Text::plain("prompt-bank").with("bank", bank.clone()),
        (Topic::Bank, None, _) => Text::plain("prompt-bank-unknown"),
        (Topic::Payee, _, Some(payee)) => {
            Text::plain("prompt-to-payee").with("payee", payee.clone()).with("account", account_of(prompt))
        }
        (Topic::Payee, ..) => Text::plain("prompt-to").with("account", account_of(prompt)),
        _ => Text::plain("prompt-reason"),
    }
}

/// One line, and a second one if less is available than posted.
fn balance(posted: Money, available: Money) -> Vec<Text> {
    let mut lines = vec![Text::plain("balance").with_money("posted", posted)];
    if posted != available {
        lines.push(Text::plain("balance-available").with_money("available", available));
    }
    lines
}

fn statement_texts(statement: &Statement) -> Vec<Text> {
    let of = of_query(&statement.query);
    if statement.lines.is_empty() {
        let id =
            if statement.query == FiguresQuery::default() { "movements-none" } else { "movements-none-of" };
        return std::iter::once(Text::plain(id)).chain(of).collect();
    }
    let line = |movement: &StatementLine| {
        let sign = if movement.amount.minor > 0 { "+" } else { "" };
        let concept = movement.concept.as_ref().map_or(String::new(), |concept| format!(" · {concept}"));
        Text::plain("movement")
            .with("at", movement.at.clone())
            .with("amount", format!("{sign}{}", movement.amount.grouped()))
            .with("counterpart", movement.counterpart.clone())
            .with("concept", concept)
    };
    let head = if of.is_none() { "movements" } else { "movements-of" };
    std::iter::once(Text::plain(head)).chain(of).chain(statement.lines.iter().map(line)).collect()
}

/// What lines and sums are restricted to: «Ayer · Luis». `None`: nothing restricts them.
fn of_query(query: &FiguresQuery) -> Option<Text> {
    let payee = query.payee.clone().unwrap_or_default();
    let of = match query.period {
        Some(Period::Today) => Text::plain("of-today"),
        Some(Period::Yesterday) => Text::plain("of-yesterday"),
        Some(Period::ThisWeek) => Text::plain("of-this-week"),
        Some(Period::LastWeek) => Text::plain("of-last-week"),
        Some(Period::ThisMonth) => Text::plain("of-this-month"),
        Some(Period::LastMonth) => Text::plain("of-last-month"),
        Some(Period::Month(month)) => Text::plain("of-month").with_number("month", i64::from(month)),
        Some(Period::Day { day, month: Some(month) }) => {
            Text::plain("of-date").with_number("day", i64::from(day)).with_number("month", i64::from(month))
        }
        Some(Period::Day { day, month: None }) => Text::plain("of-day").with_number("day", i64::from(day)),
        None if query.payee.is_some() => return Some(Text::plain("of-payee").with("payee", payee)),
        None => return query.amount.map(|amount| Text::plain("of-amount").with_money("amount", amount)),
    };
    let payee = if payee.is_empty() { payee } else { format!(" · {payee}") };
    Some(of.with("payee", payee))
}

fn spending_text(spending: &Spending) -> Text {
    let query = &spending.query;
    let id = match (query.period, &query.payee) {
        (_, Some(_)) => "spent-on-payee",
        (None | Some(Period::ThisMonth), None) => "spent-this-month",
        (Some(Period::Today), None) => "spent-today",
        (Some(_), None) => "spent-then",
    };
    let text = Text::plain(id).with_money("total", spending.total);
    match &query.payee {
        Some(payee) => text.with("payee", payee.clone()),
        None => text,
    }
}

fn past_receipt(receipt: Option<&PastReceipt>) -> Vec<Text> {
    let Some(receipt) = receipt else { return vec![Text::plain("no-receipt")] };
    let id = if receipt.is_completed { "past-receipt" } else { "past-receipt-processing" };
    vec![
        Text::plain(id)
            .with_money("amount", receipt.amount)
            .with("destination", receipt.destination.clone())
            .with("at", receipt.at.clone())
            .with("folio", receipt.folio.clone()),
    ]
}

fn receiving_texts(receiving: &Receiving) -> Vec<Text> {
    let mut texts = vec![Text::plain("receiving")];
    if let Some(name) = &receiving.name {
        texts.push(Text::plain("receiving-name").with("name", name.clone()));
    }
    if let Some(clabe) = &receiving.clabe {
        texts.push(Text::plain("receiving-clabe").with("clabe", in_groups(clabe)));
    }
    if let Some(phone) = &receiving.phone {
        texts.push(Text::plain("receiving-phone").with("phone", phone.clone()));
    }
    if texts.len() == 1 { vec![Text::plain("receiving-none")] } else { texts }
}

/// A CLABE in its parts: bank, city, account, check digit.
fn in_groups(clabe: &str) -> String {
    let parts = [(0, 3), (3, 6), (6, 17), (17, 18)].map(|(from, to)| clabe.get(from..to).unwrap_or_default());
    parts.join(" ").trim().to_owned()
}

fn limits_texts(limits: &LimitsLeft) -> Vec<Text> {
    let line = |id, amount: Option<Money>| amount.map(|amount| Text::plain(id).with_money("amount", amount));
    let lines = [
        line("limits-today", limits.today_left),
        line("limits-month", limits.month_left),
        line("limits-per-transfer", limits.per_transfer),
    ];
    let texts: Vec<_> = lines.into_iter().flatten().collect();
    if texts.is_empty() { vec![Text::plain("limits-none")] } else { texts }
}

/// The limit, with its figures where the refusal has them.
fn limit_text(limit: &LimitExceeded) -> Text {
    let id = match limit {
        LimitExceeded::PerTransfer { figures: Some(_) } | LimitExceeded::PerDeposit { figures: Some(_) } => {
            "limit-per-transfer"
        }
        LimitExceeded::PerDay { figures: Some(_) } => "limit-per-day",
        LimitExceeded::PerMonth { figures: Some(_) } => "limit-per-month",
        LimitExceeded::PerTransfer { figures: None }
        | LimitExceeded::PerDeposit { figures: None }
        | LimitExceeded::PerDay { figures: None }
        | LimitExceeded::PerMonth { figures: None } => "limit-exceeded",
        LimitExceeded::NumberReplaced { .. } => "limit-number-replaced",
        LimitExceeded::Unfrozen { .. } => "limit-unfrozen",
        LimitExceeded::NewPayee { .. } | LimitExceeded::LeftToReverse => "transfer-refused",
    };
    let text = Text::plain(id);
    let Some(LimitFigures { limit: full, left }) = limit.figures() else { return text };
    let text = text.with_money("limit", full);
    if matches!(limit, LimitExceeded::PerTransfer { .. } | LimitExceeded::PerDeposit { .. }) {
        text
    } else {
        text.with_money("left", left)
    }
}
