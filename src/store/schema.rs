//! The tables as Diesel sees them; a test compares this file with the migrated database.

diesel::table! {
    area (code) {
        code -> Text,
        kind -> Text,
        parent -> Nullable<Text>,
        country -> Text,
        lat -> Nullable<Float8>,
        lon -> Nullable<Float8>,
        time_zone -> Nullable<Text>,
    }
}

diesel::table! {
    area_name (area, position) {
        area -> Text,
        position -> Int2,
        language -> Text,
        name -> Text,
        old -> Bool,
    }
}

diesel::table! {
    topic (slug) {
        slug -> Text,
        parent -> Nullable<Text>,
    }
}

diesel::table! {
    topic_name (topic, position) {
        topic -> Text,
        position -> Int2,
        language -> Text,
        name -> Text,
    }
}

diesel::table! {
    emergency_number (country, number) {
        country -> Text,
        number -> Text,
        position -> Int2,
        names -> Jsonb,
        source -> Text,
        source_url -> Nullable<Text>,
        retrieved_on -> Date,
        confirmed_on -> Nullable<Date>,
    }
}

diesel::table! {
    listing (id) {
        id -> Uuid,
        number -> Int4,
        kind -> Text,
        slug -> Text,
        name -> Jsonb,
        also_known_as -> Array<Text>,
        summary -> Jsonb,
        description -> Nullable<Jsonb>,
        organisation -> Nullable<Uuid>,
        spoken -> Array<Text>,
        audience -> Array<Text>,
        age_min -> Nullable<Int2>,
        age_max -> Nullable<Int2>,
        delivery -> Array<Text>,
        covers_everywhere -> Nullable<Bool>,
        intake_state -> Nullable<Text>,
        intake_as_of -> Nullable<Date>,
        intake_wait_days -> Nullable<Int4>,
        access -> Array<Text>,
        cost_model -> Nullable<Text>,
        cost_currency -> Nullable<Text>,
        cost_from -> Nullable<Int8>,
        cost_to -> Nullable<Int8>,
        cost_insurance -> Array<Text>,
        cost_note -> Nullable<Jsonb>,
        status_state -> Nullable<Text>,
        status_from -> Nullable<Date>,
        status_until -> Nullable<Date>,
        status_note -> Nullable<Jsonb>,
        moved_to -> Nullable<Text>,
        version -> Int8,
    }
}

diesel::table! {
    organisation (id) {
        id -> Uuid,
        kind -> Text,
        organisation_kind -> Text,
        legal_form -> Nullable<Bool>,
        founded -> Nullable<Int2>,
    }
}

diesel::table! {
    hub (id) {
        id -> Uuid,
        kind -> Text,
        hub_kind -> Text,
        part_of -> Nullable<Uuid>,
    }
}

diesel::table! {
    support_group (id) {
        id -> Uuid,
        kind -> Text,
        group_kind -> Text,
        timing -> Nullable<Text>,
        led_by -> Nullable<Text>,
        moderated_by -> Nullable<Text>,
        anonymity -> Array<Text>,
        readable_by -> Nullable<Text>,
        joining -> Nullable<Text>,
        join_link -> Nullable<Text>,
        approach -> Array<Text>,
        leader_training -> Nullable<Jsonb>,
    }
}

diesel::table! {
    group_referral (support_group, refers_to) {
        support_group -> Uuid,
        refers_to -> Uuid,
    }
}

diesel::table! {
    helpline (id) {
        id -> Uuid,
        kind -> Text,
        crisis -> Bool,
        national -> Bool,
        answered_by -> Nullable<Text>,
    }
}

diesel::table! {
    listing_topic (listing, topic) {
        listing -> Uuid,
        position -> Int2,
        topic -> Text,
    }
}

diesel::table! {
    listing_coverage (listing, area) {
        listing -> Uuid,
        area -> Text,
    }
}

diesel::table! {
    place (id) {
        id -> Uuid,
        listing -> Uuid,
        position -> Int2,
        is_virtual -> Bool,
        confidential -> Bool,
        area -> Text,
        name -> Nullable<Jsonb>,
        street -> Nullable<Jsonb>,
        postal_code -> Nullable<Text>,
        lat -> Nullable<Float8>,
        lon -> Nullable<Float8>,
        precision -> Nullable<Text>,
        directions -> Nullable<Jsonb>,
        accessibility -> Array<Text>,
        schedule -> Nullable<Jsonb>,
    }
}

diesel::table! {
    contact (id) {
        id -> Uuid,
        listing -> Uuid,
        position -> Int2,
        channel -> Text,
        number_kind -> Nullable<Text>,
        value -> Text,
        country -> Nullable<Text>,
        extension -> Nullable<Text>,
        keyword -> Nullable<Text>,
        label -> Nullable<Jsonb>,
        spoken -> Array<Text>,
        hours -> Nullable<Jsonb>,
        cost -> Nullable<Text>,
        public -> Bool,
    }
}

diesel::table! {
    link (listing, position) {
        listing -> Uuid,
        position -> Int2,
        rel -> Text,
        url -> Text,
        language -> Nullable<Text>,
    }
}

diesel::table! {
    source (name, external_id) {
        name -> Text,
        external_id -> Text,
        listing -> Uuid,
        position -> Int2,
        url -> Nullable<Text>,
        licence -> Text,
        retrieved_on -> Date,
        confirmed_on -> Nullable<Date>,
        evidence -> Nullable<Text>,
    }
}

diesel::table! {
    revision (id) {
        id -> Uuid,
        listing -> Uuid,
        version -> Int8,
        format -> Int2,
        body -> Jsonb,
        state -> Text,
        author -> Text,
        approved_at -> Timestamptz,
    }
}

diesel::table! {
    published (id) {
        kind -> Text,
        id -> Uuid,
        number -> Int4,
        slug -> Text,
        version -> Int8,
        document -> Jsonb,
    }
}

diesel::table! {
    former_slug (kind, slug) {
        kind -> Text,
        slug -> Text,
        listing -> Uuid,
    }
}

diesel::table! {
    change (sequence) {
        sequence -> Int8,
        subject -> Text,
        id -> Text,
        operation -> Text,
        at -> Timestamptz,
        reason -> Nullable<Text>,
        merged_into -> Nullable<Uuid>,
    }
}

diesel::table! {
    incarnation (singleton) {
        singleton -> Bool,
        id -> Uuid,
    }
}

diesel::table! {
    follower_cursor (name) {
        name -> Text,
        sequence -> Int8,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    account (id) {
        id -> Uuid,
        email -> Text,
        name -> Text,
        password -> Nullable<Text>,
        role -> Nullable<Text>,
        totp_secret -> Nullable<Text>,
        totp_confirmed -> Bool,
        totp_step -> Int8,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    recovery_code (account, hash) {
        account -> Uuid,
        hash -> Text,
    }
}

diesel::table! {
    session (id) {
        id -> Uuid,
        account -> Uuid,
        hash -> Text,
        strong -> Bool,
        browser -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        last_used_on -> Date,
    }
}

diesel::table! {
    letter (id) {
        id -> Uuid,
        purpose -> Text,
        email -> Text,
        account -> Nullable<Uuid>,
        payload -> Jsonb,
        link_minutes -> Nullable<Int4>,
        link_expires_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        attempts -> Int4,
        next_try_at -> Timestamptz,
        sent_at -> Nullable<Timestamptz>,
        used_at -> Nullable<Timestamptz>,
        gathered -> Nullable<Uuid>,
    }
}

diesel::table! {
    letter_link (hash) {
        hash -> Text,
        letter -> Uuid,
    }
}

diesel::table! {
    audit (sequence) {
        sequence -> Int8,
        at -> Timestamptz,
        actor -> Text,
        action -> Text,
        subject -> Text,
    }
}

diesel::table! {
    membership (organisation, account) {
        organisation -> Uuid,
        account -> Uuid,
        role -> Text,
        since -> Timestamptz,
    }
}

diesel::table! {
    draft (id) {
        id -> Uuid,
        listing -> Uuid,
        organisation -> Uuid,
        kind -> Text,
        state -> Text,
        version -> Int8,
        base -> Nullable<Int8>,
        body -> Jsonb,
        reason -> Nullable<Text>,
        author -> Nullable<Uuid>,
        submitted_by -> Nullable<Uuid>,
        assigned_to -> Nullable<Uuid>,
        created_at -> Timestamptz,
        changed_at -> Timestamptz,
        submitted_at -> Nullable<Timestamptz>,
        decided_at -> Nullable<Timestamptz>,
        batch -> Nullable<Uuid>,
        batch_row -> Nullable<Int4>,
        numbers -> Array<Text>,
        hosts -> Array<Text>,
        lats -> Array<Float8>,
        lons -> Array<Float8>,
        licence -> Nullable<Text>,
        stood_on -> Nullable<Jsonb>,
        by_moderator -> Bool,
    }
}

diesel::table! {
    batch (id) {
        id -> Uuid,
        organisation -> Uuid,
        state -> Text,
        version -> Int8,
        reason -> Nullable<Text>,
        author -> Nullable<Uuid>,
        submitted_by -> Nullable<Uuid>,
        assigned_to -> Nullable<Uuid>,
        created_at -> Timestamptz,
        changed_at -> Timestamptz,
        submitted_at -> Timestamptz,
        decided_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    former_member (organisation, account) {
        organisation -> Uuid,
        account -> Uuid,
        ended_at -> Timestamptz,
    }
}

diesel::table! {
    draft_typist (draft, account) {
        draft -> Uuid,
        account -> Uuid,
    }
}

diesel::table! {
    draft_remark (draft, position) {
        draft -> Uuid,
        position -> Int2,
        pointer -> Text,
        remark -> Text,
    }
}

diesel::table! {
    moderator_note (id) {
        id -> Uuid,
        draft -> Nullable<Uuid>,
        author -> Nullable<Uuid>,
        note -> Text,
        created_at -> Timestamptz,
        batch -> Nullable<Uuid>,
        claim -> Nullable<Uuid>,
        report -> Nullable<Uuid>,
    }
}

diesel::table! {
    claim (id) {
        id -> Uuid,
        organisation -> Uuid,
        account -> Uuid,
        state -> Text,
        grounds -> Text,
        created_at -> Timestamptz,
        decided_at -> Nullable<Timestamptz>,
        assigned_to -> Nullable<Uuid>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    idempotency (actor, key) {
        actor -> Text,
        key -> Text,
        request -> Text,
        answer -> Jsonb,
        at -> Timestamptz,
    }
}

diesel::table! {
    api_key (id) {
        id -> Uuid,
        account -> Uuid,
        name -> Text,
        prefix -> Text,
        hash -> Text,
        scopes -> Array<Text>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        last_used_on -> Nullable<Date>,
    }
}

diesel::table! {
    report (id) {
        id -> Uuid,
        listing -> Nullable<Uuid>,
        topic -> Text,
        words -> Text,
        urgent -> Bool,
        created_at -> Timestamptz,
        settled_at -> Nullable<Timestamptz>,
        assigned_to -> Nullable<Uuid>,
        by_owner -> Bool,
    }
}

diesel::table! {
    lapsed (listing) {
        listing -> Uuid,
        kind -> Text,
        slug -> Text,
        organisation -> Uuid,
        version -> Int8,
        body -> Jsonb,
        lapsed_at -> Timestamptz,
        former_slugs -> Array<Text>,
        places -> Array<Uuid>,
        contacts -> Array<Uuid>,
        referred_by -> Array<Uuid>,
        taken_off -> Nullable<Text>,
        by_owner -> Bool,
        status_set -> Bool,
        fields -> Array<Text>,
        taken_off_by -> Nullable<Text>,
    }
}

diesel::table! {
    lapsed_source (name, external_id) {
        name -> Text,
        external_id -> Text,
        listing -> Uuid,
    }
}

diesel::table! {
    merged_source (name, external_id) {
        name -> Text,
        external_id -> Text,
        into_listing -> Uuid,
    }
}

diesel::table! {
    stood_for (listing) {
        listing -> Uuid,
        by_owner -> Bool,
        status_set -> Bool,
        fields -> Array<Text>,
    }
}

diesel::table! {
    suggestion (id) {
        id -> Uuid,
        listing -> Uuid,
        source -> Text,
        external_id -> Text,
        body -> Jsonb,
        said_at -> Timestamptz,
        settled_at -> Nullable<Timestamptz>,
        told_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    national_country (country) {
        country -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    account,
    recovery_code,
    session,
    letter,
    letter_link,
    audit,
    membership,
    former_member,
    draft,
    draft_remark,
    draft_typist,
    moderator_note,
    batch,
    claim,
    idempotency,
    api_key,
    report,
    lapsed,
    lapsed_source,
    merged_source,
    stood_for,
    suggestion,
    national_country,
    area,
    area_name,
    topic,
    topic_name,
    emergency_number,
    listing,
    organisation,
    hub,
    support_group,
    group_referral,
    helpline,
    listing_topic,
    listing_coverage,
    place,
    contact,
    link,
    source,
    revision,
    published,
    former_slug,
    change,
    incarnation,
    follower_cursor,
);
