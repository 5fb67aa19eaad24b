//! One example of each reply, so that the catalogues can be checked against all of them.

use domain::{
    ids::{PromptId, TransferId},
    message::Channel,
    messaging::{
        conversation::{
            Answer, ConfirmationPrompt, FiguresQuery, PastReceipt, PayeeLine, PayeeList, PayeeOption,
            Question, Receiving, Reply, Spending, Statement, StatementLine, StepUp,
        },
        flow::Prompt,
        intent::{Intent, Period, Topic},
    },
    money::{
        Currency, Money,
        account_number::AccountNumber,
        limits::{LimitExceeded, LimitFigures, LimitsLeft},
    },
    privacy::Obstacle,
};

const MONEY: Money = Money { minor: 15_050, currency: Currency::MXN };

/// One example of every reply that the engine can give.
pub(super) fn everything() -> Vec<Reply> {
    [service(), answers(), codes(), transfers(), prompts(), limits(), figures(), statements()].concat()
}

fn service() -> Vec<Reply> {
    vec![
        Reply::Greeting,
        Reply::Help,
        Reply::NotUnderstood,
        Reply::QuestionNotUnderstood,
        Reply::DidYouMean(vec![Intent::CheckBalance, Intent::Help]),
        Reply::UnsupportedKind,
        Reply::EditUnread,
        Reply::TooManyMessages,
        Reply::OptedOut,
        Reply::OptedIn,
        Reply::NothingPending,
        Reply::YesOrNo(Question::Freeze),
        Reply::YesOrNo(Question::OptOut),
        Reply::YesOrNo(Question::ForgetPayee(option("Ana"))),
        Reply::YesOrNo(Question::EraseAccount),
        Reply::WhichDataWish,
        Reply::DataNeedsNumber,
        Reply::ErasureInTheWay(vec![
            Obstacle::MoneyLeft,
            Obstacle::TransfersOpen,
            Obstacle::TransfersInDoubt,
            Obstacle::LegalHold,
        ]),
        Reply::ErasureDue("3 dic 2026, 10:00".into()),
        Reply::ErasureTakenBack,
        Reply::NoErasure,
        Reply::ExportLink("https://example.com/export/x".into()),
        Reply::AsItWas,
        Reply::Frozen { is_opted_out: false },
        Reply::Frozen { is_opted_out: true },
        Reply::NothingToFreeze,
        Reply::MoneyIsFrozen,
        Reply::HandedOff,
        Reply::Released,
        Reply::BotIsBack,
        Reply::ProblemNoted,
        Reply::NumberNeeded,
        Reply::ChatBound("J. P.".into()),
        Reply::LinkCodeGone,
        Reply::Flow(Prompt {
            text: "¿Y ahora?".into(), buttons: vec![("flow:a:b:c".into(), "Esto".into())]
        }),
        Reply::FlowLeft("registro".into()),
        Reply::FlowGone(None),
        Reply::FlowGone(Some("registro".into())),
    ]
}

fn answers() -> Vec<Reply> {
    [
        Answer::Welcome,
        Answer::Goodbye,
        Answer::Bot,
        Answer::Fees,
        Answer::Arrival,
        Answer::Sending,
        Answer::OptOut,
        Answer::Freezing,
        Answer::Codes,
        Answer::Clabe,
        Answer::Currencies,
    ]
    .map(Reply::Answer)
    .into()
}

fn codes() -> Vec<Reply> {
    let sent = [Channel::Whatsapp, Channel::Sms, Channel::Call, Channel::Email, Channel::Telegram];
    let step = StepUp {
        transfer: TransferId(uuid::Uuid::nil()),
        amount: MONEY,
        destination: "****4567".into(),
        payee: None,
        channel: Channel::Email,
    };
    let mut replies: Vec<_> = sent.map(Reply::CodeSent).into();
    replies.extend([
        Reply::NoCodePending,
        Reply::CodeStillGood,
        Reply::CodeWaits,
        Reply::CodeReason,
        Reply::RequestDropped,
        Reply::ResendTooSoon(40),
        Reply::Locked(5),
        Reply::TooManyCodes(60),
        Reply::NotReachable,
        Reply::CodeUnavailable,
        Reply::CodeWrong(2),
        Reply::CodeGone,
        Reply::CodeRight,
        Reply::Verified,
        Reply::StepUp(step.clone()),
        Reply::StepUp(StepUp { channel: Channel::Sms, ..step.clone() }),
        Reply::StepUpWaits(step),
        Reply::StepUpGone,
    ]);
    replies
}

fn transfers() -> Vec<Reply> {
    vec![
        Reply::AskAmount,
        Reply::WhichAmount { thousands: MONEY, decimal: MONEY },
        Reply::BadAmount,
        Reply::AskDestination,
        Reply::AskAccountOf("mamá".into()),
        Reply::WhichPayee(vec![option("Ana"), option("Eva")]),
        Reply::BadDestination,
        Reply::DigitsMissing(17),
        Reply::OwnAccount,
        Reply::RecipientNotFound,
        Reply::TransferCanceled,
        Reply::Receipt {
            amount: MONEY,
            destination: "****4567".into(),
            folio: "7K3M-0Q2X".into(),
            balance: MONEY,
        },
        Reply::Processing { amount: MONEY, destination: "****4567".into() },
        Reply::InsufficientFunds(MONEY),
        Reply::NoWallet("USD".into()),
        Reply::TransferRefused,
    ]
}

fn option(name: &str) -> PayeeOption {
    PayeeOption { name: name.into(), account: account() }
}

fn account() -> AccountNumber {
    AccountNumber::Clabe("012345678901234567".into())
}

fn prompts() -> Vec<Reply> {
    let prompt = ConfirmationPrompt {
        id: PromptId(uuid::Uuid::nil()),
        amount: MONEY,
        account: account(),
        payee: None,
        concept: Some("renta".into()),
        bank: Some("BBVA".into()),
        known_account: Some("****9999".into()),
        repeats_after_minutes: Some(2),
        contested_from: None,
        expires_at: chrono::DateTime::UNIX_EPOCH,
    };
    let named = ConfirmationPrompt { payee: Some("mamá".into()), ..prompt.clone() };
    let no_bank = ConfirmationPrompt { bank: None, ..prompt.clone() };
    let about = |prompt: &ConfirmationPrompt, topic| Reply::AboutPrompt { prompt: prompt.clone(), topic };
    vec![
        about(&named, Topic::Payee),
        about(&prompt, Topic::Payee),
        about(&prompt, Topic::Amount),
        about(&prompt, Topic::Bank),
        about(&no_bank, Topic::Bank),
        about(&prompt, Topic::Reason),
        Reply::PromptWaits(named.clone()),
        Reply::PromptWaits(prompt.clone()),
        Reply::ConfirmationPrompt(named),
        Reply::ConfirmationPrompt(prompt),
        Reply::PromptExpired,
    ]
}

fn limits() -> Vec<Reply> {
    let figures = Some(LimitFigures { limit: MONEY, left: MONEY });
    vec![
        Reply::LimitExceeded(LimitExceeded::PerTransfer { figures }),
        Reply::LimitExceeded(LimitExceeded::PerDay { figures }),
        Reply::LimitExceeded(LimitExceeded::PerMonth { figures }),
        Reply::LimitExceeded(LimitExceeded::PerDay { figures: None }),
        Reply::LimitExceeded(LimitExceeded::NumberReplaced { payable_at: chrono::DateTime::UNIX_EPOCH }),
        Reply::LimitExceeded(LimitExceeded::Unfrozen { payable_at: chrono::DateTime::UNIX_EPOCH }),
        Reply::NewPayee(30),
        Reply::ChatTooNew(30),
    ]
}

fn figures() -> Vec<Reply> {
    let spending = |period, payee: Option<&str>| {
        let query = FiguresQuery { period, payee: payee.map(Into::into), ..FiguresQuery::default() };
        Reply::Spending(Spending { query, total: MONEY })
    };
    let receipt = |is_completed| {
        let (destination, at) = ("Ana".into(), "01/02 03:04".into());
        let folio = "7K3M-0Q2X".into();
        Reply::PastReceipt(Some(PastReceipt { amount: MONEY, destination, at, folio, is_completed }))
    };
    let all = Receiving {
        name: Some("Ana".into()),
        clabe: Some("646180000100000004".into()),
        phone: Some("+525512345678".into()),
    };
    let payee = |bank: Option<&str>| PayeeLine {
        name: "Ana".into(),
        account: "****4567".into(),
        bank: bank.map(Into::into),
    };
    let left = LimitsLeft {
        per_transfer: Some(MONEY),
        today_left: Some(MONEY),
        month_left: Some(MONEY),
        ..LimitsLeft::default()
    };
    vec![
        Reply::Balance { posted: MONEY, available: Money::new(1, Currency::MXN) },
        spending(None, None),
        spending(Some(Period::Today), None),
        spending(Some(Period::LastMonth), None),
        spending(None, Some("Ana")),
        receipt(true),
        receipt(false),
        Reply::PastReceipt(None),
        Reply::Receiving(all),
        Reply::Receiving(Receiving::default()),
        Reply::Limits(left),
        Reply::Limits(LimitsLeft::default()),
        Reply::Payees(PayeeList { lines: vec![payee(None), payee(Some("BBVA"))], more: 14 }),
        Reply::Payees(PayeeList::default()),
        Reply::UnknownPayee { name: "Anna".into(), nearest: vec![option("Ana")] },
        Reply::UnknownPayee { name: "Anna".into(), nearest: Vec::new() },
        Reply::PayeeRenamed { before: "Ana".into(), payee: option("Anita") },
        Reply::AskNewName("Ana".into()),
        Reply::BadPayeeName,
        Reply::PayeeForgotten("Ana".into()),
    ]
}

fn statements() -> Vec<Reply> {
    let line = || StatementLine {
        at: "01/02 03:04".into(),
        amount: MONEY,
        counterpart: "Ana".into(),
        concept: Some("renta".into()),
    };
    let of = |period| FiguresQuery { period, ..FiguresQuery::default() };
    let queries = [
        FiguresQuery::default(),
        of(Some(Period::Today)),
        of(Some(Period::Yesterday)),
        of(Some(Period::ThisWeek)),
        of(Some(Period::LastWeek)),
        of(Some(Period::ThisMonth)),
        of(Some(Period::LastMonth)),
        of(Some(Period::Month(3))),
        of(Some(Period::Day { day: 3, month: Some(5) })),
        of(Some(Period::Day { day: 3, month: None })),
        FiguresQuery { payee: Some("Ana".into()), ..FiguresQuery::default() },
        FiguresQuery { amount: Some(MONEY), ..FiguresQuery::default() },
    ];
    let with_and_without = |query: FiguresQuery| {
        let lines = vec![line()];
        [Statement { query: query.clone(), lines }, Statement { query, lines: Vec::new() }]
            .map(Reply::Statement)
    };
    queries.into_iter().flat_map(with_and_without).collect()
}
