//! What differs between routes before their handlers run: how large a body may be, and the form of a refusal.

use super::{edge::OwnBody, json::BODY_MAX, problem::ApiError};
use actix_web::{HttpResponse, dev::ServiceRequest, web};
use std::collections::HashMap;

/// The rule of one route.
#[derive(Clone, Copy)]
pub(crate) struct RouteRule {
    /// Most bytes of a body.
    pub(crate) body_max: usize,
    /// Renders a refusal in the form that the route's callers know; gets the request's id.
    pub(crate) render: fn(&ApiError, &str) -> HttpResponse,
}

impl Default for RouteRule {
    fn default() -> Self {
        Self { body_max: BODY_MAX, render: ApiError::render }
    }
}

impl RouteRule {
    /// The refusal as the route's callers know it.
    pub(super) fn refusal(&self, problem: &ApiError, request_id: &str) -> HttpResponse {
        let mut response = (self.render)(problem, request_id);
        response.extensions_mut().insert(OwnBody);
        response
    }
}

/// The rules of the routes that differ from the usual one, by their patterns.
#[derive(Clone, Default)]
pub(crate) struct RouteRules(HashMap<&'static str, RouteRule>);

impl RouteRules {
    /// Sets the rule of a route.
    pub(crate) fn set(mut self, pattern: &'static str, rule: RouteRule) -> Self {
        self.0.insert(pattern, rule);
        self
    }

    /// The rule for a request, which need not have been routed yet.
    pub(super) fn of(request: &ServiceRequest) -> RouteRule {
        let Some(rules) = request.app_data::<web::Data<Self>>() else { return RouteRule::default() };
        // The pattern, and not the address: an address has many spellings.
        let pattern = request.match_pattern();
        pattern.and_then(|pattern| rules.0.get(pattern.as_str()).copied()).unwrap_or_default()
    }
}
