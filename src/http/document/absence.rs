//! What is unknown is left out of answers, never null: the document says so too, the geometry of GeoJSON apart.

use utoipa::openapi::{
    OpenApi, RefOr,
    schema::{ArrayItems, Schema, SchemaType, Type},
};

/// RFC 7946 demands it, and demands null where there is none.
const GEOMETRY: &str = "geometry";

/// Takes null out of all properties.
pub(super) fn never_null(document: &mut OpenApi) {
    if let Some(components) = &mut document.components {
        components.schemas.values_mut().for_each(visit);
    }
}

fn visit(schema: &mut RefOr<Schema>) {
    let RefOr::T(schema) = schema else { return };
    match schema {
        Schema::Object(object) => {
            for (name, property) in &mut object.properties {
                if name != GEOMETRY {
                    strip(property);
                }
                visit(property);
            }
        }
        Schema::Array(array) => {
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                visit(items);
            }
        }
        Schema::AllOf(all) => all.items.iter_mut().for_each(visit),
        Schema::OneOf(one) => one.items.iter_mut().for_each(visit),
        Schema::AnyOf(any) => any.items.iter_mut().for_each(visit),
        _ => {}
    }
}

fn strip(property: &mut RefOr<Schema>) {
    match property {
        RefOr::T(Schema::Object(object)) => {
            object.schema_type = without_null(&object.schema_type);
            object.default = object.default.take().filter(|default| !default.is_null());
        }
        RefOr::T(Schema::Array(array)) => array.schema_type = without_null(&array.schema_type),
        RefOr::T(Schema::OneOf(one)) => {
            one.items.retain(|item| !is_null(item));
            if one.items.len() == 1 {
                *property = one.items.remove(0);
            }
        }
        _ => {}
    }
}

fn without_null(types: &SchemaType) -> SchemaType {
    let SchemaType::Array(types) = types else {
        return types.clone();
    };
    let mut kept = types.iter().filter(|kind| **kind != Type::Null).cloned();
    match (kept.next(), kept.next()) {
        (Some(one), None) => SchemaType::Type(one),
        _ => SchemaType::Array(
            types
                .iter()
                .filter(|kind| **kind != Type::Null)
                .cloned()
                .collect(),
        ),
    }
}

fn is_null(schema: &RefOr<Schema>) -> bool {
    matches!(schema, RefOr::T(Schema::Object(object)) if object.schema_type == SchemaType::Type(Type::Null))
}
