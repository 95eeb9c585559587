//! Examples of whole bodies, put together from the examples of their fields.

use serde_json::{Map, Value};
use utoipa::openapi::{
    Components, Content, OpenApi, RefOr, Schema,
    schema::{ArrayItems, SchemaType, Type},
};

/// How deep a body is told, a name counted as a step; none is deeper, and one that names itself has no end.
const DEPTH: usize = 16;

/// Gives every body of every operation an example where it has none.
pub(super) fn fill_in(document: &mut OpenApi) {
    let Some(components) = document.components.clone() else { return };
    for item in document.paths.paths.values_mut() {
        let (get, put, post) = (&mut item.get, &mut item.put, &mut item.post);
        for operation in [get, put, post, &mut item.delete, &mut item.patch].into_iter().flatten() {
            if let Some(RefOr::T(body)) = &mut operation.request_body {
                complete(body.content.values_mut(), &components);
            }
            for response in operation.responses.responses.values_mut() {
                if let RefOr::T(response) = response {
                    complete(response.content.values_mut(), &components);
                }
            }
        }
    }
}

fn complete<'c>(contents: impl Iterator<Item = &'c mut RefOr<Content>>, components: &Components) {
    for content in contents {
        let RefOr::T(content) = content else { continue };
        if content.example.is_none() && content.examples.is_empty() {
            content.example = content.schema.as_ref().and_then(|schema| example(schema, components, DEPTH));
        }
    }
}

/// An example of a schema: its own, or one made of its parts.
fn example(schema: &RefOr<Schema>, components: &Components, depth: usize) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    let schema = match schema {
        RefOr::T(schema) => schema,
        RefOr::Ref(to) => {
            let name = to.ref_location.rsplit('/').next()?;
            return example(components.schemas.get(name)?, components, depth);
        }
    };
    let of = |inner: &RefOr<Schema>| example(inner, components, depth);
    match schema {
        Schema::Object(object) => object.example.clone().or_else(|| {
            let plain = matches!(object.schema_type, SchemaType::Type(Type::Object));
            if let Some(values) = &object.enum_values {
                return values.first().cloned();
            }
            let fields = object.properties.iter().filter_map(|(name, field)| Some((name.clone(), of(field)?)));
            plain.then(|| Value::Object(fields.collect::<Map<String, Value>>()))
        }),
        Schema::Array(array) => array.example.clone().or_else(|| match &array.items {
            ArrayItems::RefOrSchema(items) => Some(Value::Array(vec![of(items)?])),
            ArrayItems::False => None,
        }),
        Schema::OneOf(one) => one.example.clone().or_else(|| one.items.iter().find_map(of)),
        Schema::AnyOf(any) => any.example.clone().or_else(|| any.items.iter().find_map(of)),
        Schema::AllOf(all) => all.example.clone().or_else(|| {
            let parts = all.items.iter().filter_map(of).filter_map(|part| match part {
                Value::Object(fields) => Some(fields),
                _ => None,
            });
            Some(Value::Object(parts.flatten().collect()))
        }),
        _ => None,
    }
}
