//! The words that clients' programs decide by: one list, with the status and the meaning of each.

use axum::http::StatusCode;

macro_rules! codes {
    ($($name:ident $word:literal $status:ident $title:literal),+ $(,)?) => {
        /// A stable machine word for one kind of "no".
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = $title] $name),+
        }

        impl Code {
            /// All of them, in the order of their statuses.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The word in the answer.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }

            /// The HTTP status that goes with it.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status),+ }
            }

            /// What it means, in a few words.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title),+ }
            }

            /// A URI of the code's explanation, relative to the server.
            pub const fn uri(self) -> &'static str {
                match self { $(Self::$name => concat!("/redoc/#problem-", $word)),+ }
            }
        }
    };
}

codes! {
    Invalid "invalid" BAD_REQUEST "Some fields cannot be taken as they are",
    ParseError "parse_error" BAD_REQUEST "The body cannot be read",
    NotASeat "not_a_seat" BAD_REQUEST "The show has no such seat",
    NoSeats "no_seats" BAD_REQUEST "No seat was chosen",
    TooManySeats "too_many_seats" BAD_REQUEST "More seats than one order may have",
    DoubleSeat "double_seat" BAD_REQUEST "A seat was named twice",
    NotAuthenticated "not_authenticated" UNAUTHORIZED "Signing in is needed",
    TokenNotValid "token_not_valid" UNAUTHORIZED "The token is invalid or has expired",
    NoActiveAccount "no_active_account" UNAUTHORIZED "User name and password do not match",
    PermissionDenied "permission_denied" FORBIDDEN "This account may not do this",
    NotYours "not_yours" FORBIDDEN "This belongs to someone else",
    ForeignForm "foreign_form" FORBIDDEN "The form came from another site",
    NotFound "not_found" NOT_FOUND "There is no such thing",
    UnknownMovie "unknown_movie" NOT_FOUND "There is no such movie",
    UnknownShow "unknown_show" NOT_FOUND "There is no such show",
    UnknownBooking "unknown_booking" NOT_FOUND "There is no such booking",
    UnknownOrder "unknown_order" NOT_FOUND "There is no such order",
    MethodNotAllowed "method_not_allowed" METHOD_NOT_ALLOWED "The path does not take this method",
    SeatTaken "seat_taken" CONFLICT "A seat is taken",
    SoldOut "sold_out" CONFLICT "Every seat is taken",
    SalesNotOpen "sales_not_open" CONFLICT "Sales have not opened yet",
    SalesClosed "sales_closed" CONFLICT "Sales have closed",
    ShowCancelled "show_cancelled" CONFLICT "The show was called off",
    ShowChanged "show_changed" CONFLICT "The show has just been changed",
    AlreadyCancelled "already_cancelled" CONFLICT "This was cancelled before",
    HoldExpired "hold_expired" CONFLICT "The time to complete the order is over",
    AlreadyConfirmed "already_confirmed" CONFLICT "The order was completed before",
    TooLate "too_late" CONFLICT "It is too late to cancel",
    Conflict "conflict" CONFLICT "Something stands in the way",
    InFlight "in_flight" CONFLICT "The first request with this key is still being worked on",
    BodyTooLarge "body_too_large" PAYLOAD_TOO_LARGE "The body is too large",
    UnsupportedMediaType "unsupported_media_type" UNSUPPORTED_MEDIA_TYPE "The body is of a kind that is not read here",
    KeyReused "key_reused" UNPROCESSABLE_ENTITY "The Idempotency-Key was used with another request",
    Throttled "throttled" TOO_MANY_REQUESTS "Too many requests",
    InternalError "internal_error" INTERNAL_SERVER_ERROR "Something went wrong on our side",
    Busy "busy" SERVICE_UNAVAILABLE "Too much is going on right now",
    Timeout "timeout" SERVICE_UNAVAILABLE "The answer took too long",
    DatabaseAway "database_away" SERVICE_UNAVAILABLE "The database is away",
    OutcomeUnknown "outcome_unknown" SERVICE_UNAVAILABLE "Whether it was carried out is not known yet",
}
