//! The three types that cross the border to a database, and typed rows made of them.

use bytes::BytesMut;
use houselights_domain::{
    BookingId, CinemaId, LayoutId, MovieId, OrderId, ScreenId, SeatNumber, ShowId, UserId, UtcMicros, money::Minor,
};

use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::error::{Error, Result};

/// A value of a parameter or a column: integers, text and bytes are all that both databases are asked to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// NULL.
    Null,
    /// BIGINT.
    Int(i64),
    /// TEXT.
    Text(String),
    /// BLOB or BYTEA.
    Bytes(Vec<u8>),
}

/// One row of an answer, read from left to right.
#[derive(Debug)]
pub struct Row(pub(crate) std::vec::IntoIter<Value>);

impl Row {
    /// The next column.
    #[expect(clippy::should_implement_trait, reason = "the columns of a row have different types")]
    pub fn next<T: FromValue>(&mut self) -> Result<T> {
        let value = self.0.next().ok_or_else(|| Error::Bug("a row has fewer columns than are read".into()))?;
        T::from_value(value)
    }
}

impl Row {
    pub(crate) fn from_postgres(row: &tokio_postgres::Row) -> Result<Self> {
        let values: Result<Vec<Value>> = (0..row.len()).map(|column| Ok(row.try_get(column)?)).collect();
        Ok(Self(values?.into_iter()))
    }
}

impl Value {
    /// The type that PostgreSQL is told for a parameter; a NULL is of whatever type its place wants.
    pub(crate) const fn postgres_type(&self) -> Type {
        match self {
            Self::Null => Type::UNKNOWN,
            Self::Int(_) => Type::INT8,
            Self::Text(_) => Type::TEXT,
            Self::Bytes(_) => Type::BYTEA,
        }
    }
}

impl ToSql for Value {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(number) => number.to_sql(ty, out),
            Self::Text(text) => text.to_sql(ty, out),
            Self::Bytes(bytes) => bytes.to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::UNKNOWN | Type::INT8 | Type::TEXT | Type::BYTEA)
    }

    to_sql_checked!();
}

/// Besides the three types these are what portable expressions come to: `SELECT 1` is an INT4, `a = b` a BOOL.
impl<'a> FromSql<'a> for Value {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(match *ty {
            Type::BOOL => Self::Int(bool::from_sql(ty, raw)?.into()),
            Type::INT2 => Self::Int(i16::from_sql(ty, raw)?.into()),
            Type::INT4 => Self::Int(i32::from_sql(ty, raw)?.into()),
            Type::INT8 => Self::Int(i64::from_sql(ty, raw)?),
            Type::BYTEA => Self::Bytes(Vec::from_sql(ty, raw)?),
            _ => Self::Text(String::from_sql(ty, raw)?),
        })
    }

    fn from_sql_null(_: &Type) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self::Null)
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::BOOL | Type::INT2 | Type::INT4 | Type::INT8 | Type::BYTEA)
            || <String as FromSql<'_>>::accepts(ty)
    }
}

/// A type that a column can be read into.
pub trait FromValue: Sized {
    /// Reads it, or says what stood there instead.
    fn from_value(value: Value) -> Result<Self>;
}

/// A struct that a whole row can be read into; its query lists the columns in the same order.
pub trait FromRow: Sized {
    /// Reads it.
    fn from_row(row: &mut Row) -> Result<Self>;
}

fn wrong<T>(wanted: &str, got: &Value) -> Result<T> {
    Err(Error::Bug(format!("a column holds {got:?} where {wanted} is read")))
}

impl FromValue for i64 {
    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Int(number) => Ok(number),
            other => wrong("an integer", &other),
        }
    }
}

impl FromValue for u32 {
    fn from_value(value: Value) -> Result<Self> {
        let number = i64::from_value(value)?;
        Self::try_from(number).map_err(|_| Error::Bug(format!("{number} is out of range")))
    }
}

impl FromValue for bool {
    fn from_value(value: Value) -> Result<Self> {
        Ok(i64::from_value(value)? != 0)
    }
}

impl FromValue for String {
    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Text(text) => Ok(text),
            other => wrong("text", &other),
        }
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Bytes(bytes) => Ok(bytes),
            other => wrong("bytes", &other),
        }
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Null => Ok(None),
            other => T::from_value(other).map(Some),
        }
    }
}

macro_rules! integers {
    ($($name:ident),+) => {$(
        impl FromValue for $name {
            fn from_value(value: Value) -> Result<Self> {
                i64::from_value(value).map(Self)
            }
        }
        impl From<$name> for Value {
            fn from(id: $name) -> Self {
                Self::Int(id.0)
            }
        }
    )+};
}

integers!(BookingId, CinemaId, LayoutId, MovieId, OrderId, ScreenId, ShowId, UserId, UtcMicros, Minor);

impl FromValue for SeatNumber {
    fn from_value(value: Value) -> Result<Self> {
        u32::from_value(value).map(Self)
    }
}

impl From<SeatNumber> for Value {
    fn from(seat: SeatNumber) -> Self {
        Self::Int(i64::from(seat.0))
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Int(i64::from(number))
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Int(i64::from(truth))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// `params![a, b]`: the values of `$1`, `$2`, ...
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        ::std::vec![$($crate::value::Value::from($value)),*]
    };
}
