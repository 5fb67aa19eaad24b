//! Flows: versions that never change, and answers that are stored with their turn.

use crate::{
    Stores,
    examples::{at, id},
    messaging::inbox::{accept, done, lease},
};
use domain::{
    ids::FlowResponseId,
    messaging::flow::{Answer, CompletedFlow, Slug},
};
use ports::{
    messaging::{Committed, FlowVersion, KeptVersions, NewFlowResponse, Turn},
    pagination::PageRequest,
};

fn slug(name: &str) -> Slug {
    Slug::parse(name).unwrap()
}

fn version(flow: &str, version: u32, source: &str) -> FlowVersion {
    FlowVersion { flow: slug(flow), version, source: source.into(), catalogue: Some("places".into()) }
}

fn response(flow: &str, text: &str) -> NewFlowResponse {
    NewFlowResponse {
        id: FlowResponseId(id()),
        completed: CompletedFlow {
            flow: slug(flow),
            version: 3,
            answers: vec![
                (slug("what"), Answer::Text(text.into())),
                (slug("need"), Answer::Choice(slug("hospital"))),
            ],
        },
        respondent: "+525512345678".into(),
    }
}

/// A turn that ends with saved answers.
async fn answer(store: &dyn Stores, event: &str, flow: &str, text: &str) -> Turn {
    accept(store, 1, event).await;
    let turn = lease(store, 1).await.unwrap();
    let mut end = done(&turn);
    end.flow_response = Some(response(flow, text));
    assert_eq!(store.commit_turn(&end, at(2)).await.unwrap(), Committed::Done);
    end
}

async fn texts(store: &dyn Stores, flow: &str, page: PageRequest) -> Vec<String> {
    let found = store.responses(&slug(flow), &page).await.unwrap();
    found.iter().map(|response| response.answers[0].1.as_text()).collect()
}

fn all() -> PageRequest {
    PageRequest { limit: 50, after: None }
}

/// The same version with the same text is accepted again. With another text it is refused, together with
/// everything in the call; also when many processes start at once.
pub async fn a_version_never_changes(store: impl Stores) {
    let first = [version("a", 1, "one"), version("b", 1, "one")];
    let keep = || store.keep_versions(&first, at(0));
    let kept = futures_util::future::join_all((0..6).map(|_| keep())).await;
    assert!(kept.into_iter().all(|kept| kept.unwrap() == KeptVersions::Kept));
    let changed = [version("a", 2, "two"), version("b", 1, "another")];
    let refused = store.keep_versions(&changed, at(1)).await.unwrap();
    assert_eq!(refused, KeptVersions::Changed(vec![(slug("b"), 1)]));
    let other_places = FlowVersion { catalogue: None, ..version("b", 1, "one") };
    let refused = store.keep_versions(&[other_places], at(1)).await.unwrap();
    assert_eq!(refused, KeptVersions::Changed(vec![(slug("b"), 1)]));
    assert_eq!(store.versions().await.unwrap(), first);
    assert_eq!(store.keep_versions(&[version("a", 2, "two")], at(2)).await.unwrap(), KeptVersions::Kept);
    assert_eq!(store.versions().await.unwrap().len(), 3);
}

/// A turn that lost its lease saves nothing, and one that is committed again saves nothing more.
pub async fn answers_are_kept_with_their_turn_and_once(store: impl Stores) {
    accept(&store, 1, "a1").await;
    let old = lease(&store, 1).await.unwrap();
    let new = lease(&store, 10).await.unwrap();
    let mut late = done(&old);
    late.flow_response = Some(response("a", "late"));
    assert_eq!(store.commit_turn(&late, at(11)).await.unwrap(), Committed::Fenced);
    let mut end = done(&new);
    end.flow_response = Some(response("a", "in time"));
    assert_eq!(store.commit_turn(&end, at(11)).await.unwrap(), Committed::Done);
    assert_eq!(store.commit_turn(&end, at(12)).await.unwrap(), Committed::Fenced);
    let found = store.responses(&slug("a"), &all()).await.unwrap();
    let [kept] = found.as_slice() else { panic!("{} were kept", found.len()) };
    let wanted = end.flow_response.unwrap();
    assert_eq!((kept.id, kept.version, kept.completed_at), (wanted.id, 3, at(11)));
    assert_eq!((&kept.respondent, &kept.answers), (&wanted.respondent, &wanted.completed.answers));
}

/// Answers come page by page, newest first.
pub async fn answers_are_shown_by_flow_the_newest_first(store: impl Stores) {
    for (number, flow) in ["a", "b", "a", "a"].into_iter().enumerate() {
        answer(&store, &format!("e{number}"), flow, &number.to_string()).await;
    }
    assert_eq!(texts(&store, "a", all()).await, ["3", "2", "0"]);
    assert_eq!(texts(&store, "b", all()).await, ["1"]);
    assert!(texts(&store, "c", all()).await.is_empty());
    let first = store.responses(&slug("a"), &PageRequest { limit: 2, after: None }).await.unwrap();
    let after = Some(first[1].id.to_string());
    assert_eq!(texts(&store, "a", PageRequest { limit: 2, after }).await, ["0"]);
}
