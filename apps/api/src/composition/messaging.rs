//! Builds the use cases of messaging.

use super::{
    Foundation, Money, Privacy, Verification,
    providers::{Meta, Providers},
};
use crate::{config::Settings, workforce::Workforce};
use adapter_locales::BuiltInTexts;
use application::{
    accounts::chat_owners::ChatOwners,
    kernel::Kernel,
    messaging::{
        accept_webhook::AcceptWebhook,
        agent_handoff::AgentHandoff,
        ask_prices::{AskPrices, CodePrices},
        flow_answers::FlowAnswers,
        handle_message::{ConversationPolicy, HandleMessage, HandleMessageParts},
        poll_updates::{PollUpdates, PollUpdatesParts},
        relay_outbox::RelayOutbox,
        send_message::SendMessage,
        tell_people::{TellPeople, TellPeopleParts},
        turn_runner::{TurnPolicy, TurnRunner},
    },
};
use chrono::Duration;
use domain::{message::Channel, messaging::flow::FlowRegistry};
use ports::messaging::{
    Consents, Conversations, LeasedMessage, LeasedTurn, Outbox, inbound_webhook::InboundWebhook,
    intent_parser::IntentParser,
};
use std::{collections::HashMap, sync::Arc};

/// The use cases of messaging.
pub(crate) struct Messaging {
    pub(crate) settings: Arc<Settings>,
    pub(crate) kernel: Kernel,
    pub(crate) parser: Arc<dyn IntentParser>,
    /// Webhook decoders, by the name of their endpoint.
    pub(crate) webhooks: HashMap<&'static str, Arc<dyn InboundWebhook>>,
    pub(crate) meta: Option<Meta>,
    pub(crate) accept: AcceptWebhook,
    pub(crate) send_message: SendMessage,
    pub(crate) agent: AgentHandoff,
    pub(crate) flows: FlowAnswers,
    pub(crate) conversations: Arc<dyn Conversations>,
    pub(crate) outbox: Arc<dyn Outbox>,
    pub(crate) consents: Arc<dyn Consents>,
    pub(crate) prices: AskPrices,
    pub(crate) turns: TurnRunner,
    pub(crate) relay: RelayOutbox,
    /// What turns are handed to.
    pub(crate) turn_workers: Arc<Workforce<LeasedTurn>>,
    /// What messages are handed to.
    pub(crate) relay_workers: Arc<Workforce<LeasedMessage>>,
    pub(crate) tell: TellPeople,
    /// Polls Telegram, where its updates aren't posted.
    pub(crate) poll: Option<PollUpdates>,
}

impl Messaging {
    pub(super) fn build(
        base: &Foundation,
        providers: Providers,
        flows: Arc<FlowRegistry>,
        money: &Money,
        verification: &Verification,
        privacy: &Privacy,
        parser: Arc<dyn IntentParser>,
    ) -> Self {
        let Foundation { settings, store, kernel, .. } = base;
        let tell = TellPeople::new(tell_parts(base, &providers), kernel.clone());
        let Providers { channels, webhooks, meta, whatsapp_accounts, polled, .. } = providers;
        let parts = turn_parts(base, parser.clone(), flows.clone(), (money, verification, privacy));
        let handle = HandleMessage::new(parts, kernel.clone(), conversation_policy(settings));
        let turns = TurnRunner::new(
            store.clone(),
            Arc::new(handle),
            channels.clone(),
            kernel.clone(),
            TurnPolicy::default(),
        );
        let turn_workers = Arc::new(Workforce::new(settings.capacity.turn_workers));
        let relay_workers = Arc::new(Workforce::new(settings.capacity.relay_workers));
        let turns = turns.handing_over(relay_workers.clone());
        let accept = || {
            AcceptWebhook::new(store.clone(), store.clone(), store.clone(), store.clone(), kernel.clone())
                .handing_over(turn_workers.clone())
        };
        let poll = polled.map(|(account, source, decoder)| {
            let (accept, leases) = (accept(), store.clone());
            let account = account.key();
            let parts = PollUpdatesParts { name: "telegram", account, source, decoder, accept, leases };
            PollUpdates::new(parts, kernel.clone())
        });
        let accept = accept();
        let send_message =
            SendMessage::new(store.clone(), store.clone(), store.clone(), whatsapp_accounts, kernel.clone());
        Self {
            settings: settings.clone(),
            kernel: kernel.clone(),
            parser,
            webhooks,
            meta,
            accept,
            send_message,
            agent: AgentHandoff::new(store.clone(), store.clone(), kernel.clone()),
            flows: FlowAnswers::new(store.clone(), flows),
            conversations: store.clone(),
            outbox: store.clone(),
            consents: store.clone(),
            turns,
            turn_workers,
            relay_workers,
            prices: AskPrices::new(
                store.clone(),
                channels.clone(),
                CodePrices { sends: store.clone(), provider: verification.hosted.clone() },
                kernel.clone(),
            ),
            relay: RelayOutbox::new(store.clone(), channels, kernel.clone()),
            tell,
            poll,
        }
    }
}

/// What people are told of goes out over the same channel accounts as everything else.
fn tell_parts(base: &Foundation, providers: &Providers) -> TellPeopleParts {
    let Foundation { settings, store, .. } = base;
    let of = |channel| providers.channels.keys().filter(move |account| account.channel() == channel);
    TellPeopleParts {
        alerts: store.clone(),
        ledger: store.clone(),
        payments: store.clone(),
        identities: store.clone(),
        accounts: store.clone(),
        links: store.clone(),
        conversations: store.clone(),
        texts: Arc::new(BuiltInTexts),
        chats: of(Channel::Whatsapp).chain(of(Channel::Telegram)).cloned().collect(),
        sms: of(Channel::Sms).next().cloned(),
        mail: of(Channel::Email).next().cloned(),
        received_template: settings.received_template.clone(),
        default_locale: settings.default_locale,
    }
}

/// The use cases that a turn calls.
fn turn_parts(
    base: &Foundation,
    parser: Arc<dyn IntentParser>,
    flows: Arc<FlowRegistry>,
    (money, verification, privacy): (&Money, &Verification, &Privacy),
) -> HandleMessageParts {
    let Foundation { settings, store, kernel, .. } = base;
    let owners = ChatOwners::new(
        store.clone(),
        store.clone(),
        base.secrets.clone(),
        settings.limits.new_payee_cooloff,
        kernel.clone(),
    );
    HandleMessageParts {
        parser,
        texts: Arc::new(BuiltInTexts),
        verify: verification.verify.clone(),
        prepare: money.prepare.clone(),
        submit: money.submit.clone(),
        confirm: money.confirm.clone(),
        owners: Arc::new(owners),
        resend_code: money.resend_code.clone(),
        cancel: money.cancel.clone(),
        figures: money.figures.clone(),
        payees: money.payees.clone(),
        receiving: money.receiving.clone(),
        freezes: store.clone(),
        erase: privacy.erase.clone(),
        export: privacy.export.clone(),
        ledger: store.clone(),
        identities: store.clone(),
        flows,
    }
}

fn conversation_policy(settings: &Settings) -> ConversationPolicy {
    ConversationPolicy {
        default_locale: settings.default_locale,
        default_currency: settings.default_currency,
        session_ttl: Duration::minutes(settings.chat_session_minutes.min(1_000_000)),
        messages_per_minute: settings.rate_limit_whatsapp_per_minute,
        handoff_for: Duration::hours(settings.handoff_hours.min(10_000)),
        zone: settings.default_time_zone,
        home: settings.default_region,
        default_flows: settings.default_flows.clone(),
        public_base_url: settings.public_base_url.trim_end_matches('/').to_owned(),
    }
}
