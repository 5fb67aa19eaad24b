//! The files of an export, written page by page.

use super::{
    ExportError, cells,
    explanations::{Section, readme},
    rows,
};
use crate::kernel::Kernel;
use async_trait::async_trait;
use domain::{
    ids::UserId, locale::Locale, messaging::conversation::InboundContent, money::counterpart::Counterpart,
    operations::retention::RetentionPolicy, privacy::SCHEMA,
};
use ports::{
    accounts::{Profile, Sessions, Users},
    messaging::{Conversations, MessageBody, TranscriptMessage, texts::Texts},
    money::{EntryFilter, EntryView, Ledger, Payees, Receiving, TransferFilter, WalletView},
    pagination::PageRequest,
    privacy::{Archive, Archives, Erasures, OwnConversation, PersonalData},
    store_error::StoreResult,
};
use serde_json::Value;
use std::{collections::BTreeSet, pin::Pin, sync::Arc};

/// Items that are read at a time.
const PAGE: i64 = 200;
/// Bytes of the archive that are given on at a time.
const PART: usize = 128 * 1024;
/// The most words of others that are looked for in our messages. Of a person with more, our messages are left out.
const WORDS_OF_OTHERS_MAX: usize = 20_000;

/// Where the bytes of an export go.
#[async_trait]
pub trait ExportOut: Send {
    /// Takes the next bytes.
    async fn put(&mut self, bytes: Vec<u8>) -> Result<(), ExportError>;
}

/// The ports that an export reads.
pub struct ExportSources {
    /// The person's profile.
    pub users: Arc<dyn Users>,
    /// Their sessions.
    pub sessions: Arc<dyn Sessions>,
    /// Wallets, transfers, entries.
    pub ledger: Arc<dyn Ledger>,
    /// Whom they pay.
    pub payees: Arc<dyn Payees>,
    /// Their CLABEs.
    pub receiving: Arc<dyn Receiving>,
    /// Their messages.
    pub conversations: Arc<dyn Conversations>,
    /// Flow answers, codes, consents, chats, and which conversations are theirs.
    pub personal: Arc<dyn PersonalData>,
    /// Whether they are to be erased.
    pub erasures: Arc<dyn Erasures>,
    /// The message catalogue, for the README.
    pub texts: Arc<dyn Texts>,
    /// Writes the archive.
    pub archives: Arc<dyn Archives>,
}

/// Writes a person's data as an archive, for the command and for the worker.
pub struct Exporter {
    sources: ExportSources,
    kept_for: RetentionPolicy,
    kernel: Kernel,
}

impl Exporter {
    /// Builds the use case. `kept_for` is what the README tells about how long each kind of data is kept.
    #[must_use]
    pub fn new(sources: ExportSources, kept_for: RetentionPolicy, kernel: Kernel) -> Self {
        Self { sources, kept_for, kernel }
    }

    /// Writes a person's data as an archive.
    ///
    /// # Errors
    /// `NoSuchPerson` for a person who does not exist or is erased.
    #[tracing::instrument(name = "write_export", level = "debug", skip_all, fields(%user))]
    pub async fn write(
        &self,
        user: UserId,
        locale: Locale,
        out: &mut (dyn ExportOut + Send),
    ) -> Result<(), ExportError> {
        let profile = self.sources.users.profile(user).await?.ok_or(ExportError::NoSuchPerson)?;
        let is_erased = self
            .sources
            .erasures
            .find_erasure(user)
            .await?
            .is_some_and(|erasure| erasure.phase != ports::privacy::ErasurePhase::Asked);
        if is_erased {
            return Err(ExportError::NoSuchPerson);
        }
        let wallets = self.wallets(user).await?;
        let archive = self.sources.archives.archive(self.kernel.now());
        let mut file = File { archive, out };
        let mut run = Run { sources: &self.sources, user, wallets, others: BTreeSet::new() };
        let now = self.kernel.now();
        file.begin("README.txt")?;
        file.text(&readme(self.sources.texts.as_ref(), locale, self.kept_for, now)).await?;
        file.begin("statement.csv")?;
        run.statement(&mut file).await?;
        file.begin("data.json")?;
        let head = serde_json::json!({ "schema": SCHEMA, "made_at": rows::time(now) }).to_string();
        file.text(head.trim_end_matches('}')).await?;
        run.account(&mut file, &profile).await?;
        run.money(&mut file).await?;
        let own = run.conversations().await?;
        run.messages(&mut file, &own).await?;
        run.others(&mut file).await?;
        file.text("\n}\n").await?;
        file.begin("conversation.html")?;
        run.page(&mut file, &own, &Section::titles(self.sources.texts.as_ref(), locale), locale).await?;
        file.end().await
    }

    async fn wallets(&self, user: UserId) -> StoreResult<Vec<WalletView>> {
        let mut all: Vec<WalletView> = Vec::new();
        loop {
            let after = all.last().map(|wallet| wallet.id.to_string());
            let page = self.sources.ledger.wallets(Some(user), &PageRequest { limit: PAGE, after }).await?;
            let is_last = is_last(page.len());
            all.extend(page);
            if is_last {
                return Ok(all);
            }
        }
    }
}

fn is_last(count: usize) -> bool {
    i64::try_from(count).unwrap_or(PAGE) < PAGE
}

/// A page of a list that is being read.
type Page<'a, T> = Pin<Box<dyn Future<Output = StoreResult<Vec<T>>> + Send + 'a>>;

/// The archive on its way.
struct File<'a> {
    archive: Box<dyn Archive>,
    out: &'a mut (dyn ExportOut + Send),
}

impl File<'_> {
    fn begin(&mut self, name: &str) -> Result<(), ExportError> {
        Ok(self.archive.begin(name)?)
    }

    async fn text(&mut self, text: &str) -> Result<(), ExportError> {
        self.archive.write(text.as_bytes())?;
        if self.archive.waiting() >= PART {
            let bytes = self.archive.take();
            self.out.put(bytes).await?;
        }
        Ok(())
    }

    /// A part of `data.json` that is one value.
    async fn value(&mut self, name: &str, value: &Value) -> Result<(), ExportError> {
        let text = format!(",\n\"{name}\": {}", serde_json::to_string(value)?);
        self.text(&text).await
    }

    /// Begins a part of `data.json` that is a list.
    async fn list(&mut self, name: &str) -> Result<(), ExportError> {
        self.text(&format!(",\n\"{name}\": [")).await
    }

    async fn item(&mut self, is_first: &mut bool, value: &Value) -> Result<(), ExportError> {
        let comma = if std::mem::take(is_first) { "\n" } else { ",\n" };
        let text = format!("{comma}{}", serde_json::to_string(value)?);
        self.text(&text).await
    }

    /// A list that is read page by page. `read` gives the items after a cursor, `cursor` that of an item.
    async fn paged_list<'a, T, C>(
        &mut self,
        name: &str,
        read: impl Fn(Option<C>) -> Page<'a, T> + Send,
        cursor: impl Fn(&T) -> C + Send,
        row: impl Fn(&T) -> Value + Send,
    ) -> Result<(), ExportError>
    where
        T: Send + 'a,
        C: Send,
    {
        self.list(name).await?;
        let (mut is_first, mut after) = (true, None);
        loop {
            let page = read(after).await?;
            let rows: Vec<Value> = page.iter().map(&row).collect();
            after = page.last().map(&cursor);
            let is_last = is_last(page.len());
            drop(page);
            for row in &rows {
                self.item(&mut is_first, row).await?;
            }
            if is_last {
                break;
            }
        }
        self.text("]").await
    }

    async fn whole_list(&mut self, name: &str, values: Vec<Value>) -> Result<(), ExportError> {
        self.list(name).await?;
        let mut is_first = true;
        for value in &values {
            self.item(&mut is_first, value).await?;
        }
        self.text("]").await
    }

    async fn end(mut self) -> Result<(), ExportError> {
        self.archive.finish()?;
        let bytes = self.archive.take();
        self.out.put(bytes).await
    }
}

/// How far a conversation was read.
#[derive(Default)]
struct Lines {
    after: Option<String>,
    is_over: bool,
}

/// One export.
struct Run<'a> {
    sources: &'a ExportSources,
    user: UserId,
    wallets: Vec<WalletView>,
    /// Names and concepts of others that our messages may repeat.
    others: BTreeSet<String>,
}

impl Run<'_> {
    /// The entries of all wallets, newest first in each. It also collects the words of others.
    async fn statement(&mut self, file: &mut File<'_>) -> Result<(), ExportError> {
        file.text(&cells::row(&rows::STATEMENT_COLUMNS)).await?;
        for wallet in self.wallets.clone() {
            let mut after = None;
            loop {
                let page = self.entries(&wallet, after).await?;
                for entry in &page {
                    self.note_others(entry);
                    file.text(&rows::statement_line(&wallet, entry, self.user)).await?;
                }
                after = page.last().map(|entry| entry.version.to_string());
                if is_last(page.len()) {
                    break;
                }
            }
        }
        Ok(())
    }

    async fn entries(&self, wallet: &WalletView, after: Option<String>) -> StoreResult<Vec<EntryView>> {
        let all = EntryFilter { from: None, until: None };
        self.sources.ledger.entries(wallet.id, all, &PageRequest { limit: PAGE, after }).await
    }

    fn note_others(&mut self, entry: &EntryView) {
        if self.others.len() > WORDS_OF_OTHERS_MAX {
            return;
        }
        if let Counterpart::Person(name) = &entry.counterpart {
            self.others.insert(name.clone());
        }
        if entry.transfer.owner != self.user
            && let Some(concept) = &entry.transfer.concept
        {
            self.others.insert(concept.clone());
        }
    }

    async fn account(&mut self, file: &mut File<'_>, profile: &Profile) -> Result<(), ExportError> {
        file.value("profile", &rows::profile(profile)).await?;
        let erasure = self.sources.erasures.find_erasure(self.user).await?;
        let execute_at = erasure.map(|erasure| rows::time(erasure.execute_at));
        file.value("erasure_asked_for", &serde_json::json!(execute_at)).await?;
        let first = PageRequest { limit: PAGE, after: None };
        let sessions =
            self.sources.sessions.sessions(self.user, &first, chrono::DateTime::UNIX_EPOCH).await?;
        file.whole_list("sessions", sessions.iter().map(rows::session).collect()).await?;
        let chats = self.sources.personal.chats_of(self.user).await?;
        file.whole_list("bound_chats", chats.iter().map(rows::chat).collect()).await
    }

    async fn money(&mut self, file: &mut File<'_>) -> Result<(), ExportError> {
        file.list("wallets").await?;
        let mut is_first = true;
        for wallet in &self.wallets {
            let clabe = self.sources.receiving.receiving(wallet.id).await?.and_then(|view| view.clabe);
            file.item(&mut is_first, &rows::wallet(wallet, clabe.as_ref())).await?;
        }
        file.text("]").await?;
        let (ledger, payees, user) = (&self.sources.ledger, &self.sources.payees, self.user);
        let filter = TransferFilter { owner: Some(user), ..TransferFilter::default() };
        let transfers = |after| -> Page<'_, _> {
            let filter = filter.clone();
            Box::pin(async move { ledger.transfers(&filter, &PageRequest { limit: PAGE, after }).await })
        };
        file.paged_list("transfers", transfers, |transfer| transfer.id.to_string(), rows::transfer).await?;
        let payees = |after| -> Page<'_, _> {
            Box::pin(async move { payees.payees(Some(user), &PageRequest { limit: PAGE, after }).await })
        };
        file.paged_list("payees", payees, |payee| payee.id.to_string(), rows::payee).await
    }

    /// All conversations: one for each proved address on each of our channel accounts, so few.
    async fn conversations(&self) -> StoreResult<Vec<OwnConversation>> {
        let mut all: Vec<OwnConversation> = Vec::new();
        loop {
            let after = all.last().map(|conversation| conversation.id.0);
            let page = self.sources.personal.conversations_of(self.user, after).await?;
            let is_last = is_last(page.len());
            all.extend(page);
            if is_last {
                return Ok(all);
            }
        }
    }

    async fn messages(&mut self, file: &mut File<'_>, own: &[OwnConversation]) -> Result<(), ExportError> {
        file.whole_list("conversations", own.iter().map(rows::conversation).collect()).await?;
        file.list("messages").await?;
        let mut is_first = true;
        for conversation in own {
            let mut lines = Lines::default();
            while let Some(page) = self.next_lines(conversation, &mut lines).await? {
                for (line, said) in &page {
                    file.item(&mut is_first, &rows::message(conversation, line, said)).await?;
                }
            }
        }
        file.text("]").await
    }

    /// The next lines of a conversation that somebody wrote, the newest first. `None`: there are no more.
    async fn next_lines(
        &self,
        conversation: &OwnConversation,
        read: &mut Lines,
    ) -> StoreResult<Option<Vec<(TranscriptMessage, rows::Said)>>> {
        if read.is_over {
            return Ok(None);
        }
        let request = PageRequest { limit: PAGE, after: read.after.take() };
        let page = self.sources.conversations.lines(conversation.id, &request).await?;
        read.after = page.last().map(|line| line.id.to_string());
        read.is_over = is_last(page.len());
        Ok(Some(page.into_iter().filter_map(|line| self.said(&line).map(|said| (line, said))).collect()))
    }

    /// What a message says to the person; `None` for what nobody wrote.
    fn said(&self, line: &TranscriptMessage) -> Option<rows::Said> {
        let said = match &line.saying {
            MessageBody::Inbound(content) => Self::written(content)?,
            MessageBody::Outbound { text, .. } => {
                rows::Said { is_ours: true, text: text.as_deref().and_then(|text| self.without_others(text)) }
            }
            MessageBody::Unreadable { is_ours } => rows::Said { is_ours: *is_ours, text: None },
        };
        Some(said)
    }

    /// An inbound message, with its words if it has any. `None` if nobody wrote it.
    fn written(content: &InboundContent) -> Option<rows::Said> {
        let text = match content {
            InboundContent::Text(text) | InboundContent::Edited(text) => Some(text.clone()),
            InboundContent::Button { title, .. } => Some(title.clone()),
            InboundContent::OwnNumber(number) => Some(number.e164().to_owned()),
            InboundContent::Reaction | InboundContent::LinkCode(_) | InboundContent::Other(_) => None,
            InboundContent::IdentityChanged
            | InboundContent::AgentCommand { .. }
            | InboundContent::HoldEnded => return None,
        };
        Some(rows::Said { is_ours: false, text })
    }

    /// A message of ours without the names and concepts of others.
    fn without_others(&self, text: &str) -> Option<String> {
        if self.others.len() > WORDS_OF_OTHERS_MAX {
            return None;
        }
        let is_word = |word: &&String| !word.trim().is_empty();
        Some(
            self.others
                .iter()
                .filter(is_word)
                .fold(text.to_owned(), |text, word| text.replace(word.as_str(), "***")),
        )
    }

    async fn others(&mut self, file: &mut File<'_>) -> Result<(), ExportError> {
        let (personal, user) = (&self.sources.personal, self.user);
        let answers = |after| personal.answers_of(user, after);
        file.paged_list("flow_answers", answers, |answers| answers.id, rows::answers).await?;
        let codes = |after| personal.codes_of(user, after);
        file.paged_list("codes_sent", codes, |code| code.id, rows::code).await?;
        let consents = personal.consents_of(self.user).await?;
        file.whole_list("consents", consents.iter().map(rows::consent).collect()).await
    }

    /// The conversations as a page to read, the newest message first.
    async fn page(
        &mut self,
        file: &mut File<'_>,
        own: &[OwnConversation],
        titles: &Section,
        locale: Locale,
    ) -> Result<(), ExportError> {
        file.text(&rows::page_head(titles, locale)).await?;
        for conversation in own {
            file.text(&rows::page_conversation(conversation)).await?;
            let mut lines = Lines::default();
            while let Some(page) = self.next_lines(conversation, &mut lines).await? {
                for (line, said) in &page {
                    file.text(&rows::page_line(titles, line, said)).await?;
                }
            }
        }
        file.text(rows::PAGE_END).await
    }
}
