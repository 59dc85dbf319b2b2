//! A search does not fail with its server, and comes back to it by itself.

use std::time::{Duration, Instant};

use crate::{
    faults::{Fault, FaultyWire},
    process::Process,
    support::{
        TestDb,
        sample::{self, text},
    },
    words_server::WordsServer,
};

/// Long for a busy machine; what is tested is that it is kept.
const BUDGET: Duration = Duration::from_secs(1);

async fn recovers(process: &Process) {
    let began = Instant::now();
    while process.ask("quiet harbour").await.degraded {
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "it does not recover"
        );
        tokio::task::yield_now().await;
    }
}

pub async fn every_fault_is_answered_by_the_other_engine_and_passes(server: WordsServer) {
    let db = TestDb::seeded().await;
    db.create(&sample::hub("room").with("/name", text("Quiet Harbour")))
        .await;
    let wire = FaultyWire::to(server.address()).await;
    let mut process = Process::on(&db, server.engine_through(wire.address, "haven", BUDGET)).await;
    process.step().await;
    recovers(&process).await;
    let faults = [
        Fault::Late(BUDGET * 2),
        Fault::Silent,
        Fault::Closed,
        Fault::Reset,
        Fault::Says("HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n"),
        Fault::Says("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>"),
        Fault::Says("HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\n{\"results\":[]}"),
        Fault::Says("SSH-2.0-OpenSSH_9.2\r\n"),
        Fault::Half,
    ];
    for fault in faults {
        wire.set(fault.clone());
        let mut slow = 0;
        for _ in 0..10 {
            let began = Instant::now();
            let answer = process.ask("quiet harbour").await;
            assert_eq!(
                (answer.engine, answer.degraded),
                ("embedded", true),
                "{fault:?}"
            );
            assert_eq!(answer.hits.len(), 1, "{fault:?}");
            assert!(
                began.elapsed() < BUDGET * 2,
                "{fault:?}: {:?}",
                began.elapsed()
            );
            slow += usize::from(began.elapsed() > BUDGET / 2);
        }
        assert!(
            slow <= 2,
            "{fault:?}: {slow} of 10 waited for a server that fails"
        );
        wire.set(Fault::None);
        recovers(&process).await;
    }
}

pub async fn one_heavy_question_does_not_rest_the_server(server: WordsServer) {
    let db = TestDb::seeded().await;
    db.create(&sample::hub("room").with("/name", text("Quiet Harbour")))
        .await;
    let wire = FaultyWire::to(server.address()).await;
    let mut process = Process::on(&db, server.engine_through(wire.address, "haven", BUDGET)).await;
    process.step().await;
    recovers(&process).await;
    wire.set(Fault::Holds("zanzibarish"));
    for _ in 0..3 {
        // Nobody else is answered meanwhile, and for longer than the budget before.
        tokio::time::sleep(BUDGET).await;
        assert!(process.ask("zanzibarish").await.degraded);
        assert!(!process.ask("quiet harbour").await.degraded);
        assert!(!process.engine.is_resting());
    }
}

pub async fn a_server_that_hands_out_documents_and_answers_no_search_is_left_alone(
    server: WordsServer,
) {
    let db = TestDb::seeded().await;
    db.create(&sample::hub("room").with("/name", text("Quiet Harbour")))
        .await;
    let wire = FaultyWire::to(server.address()).await;
    let mut process = Process::on(&db, server.engine_through(wire.address, "haven", BUDGET)).await;
    process.step().await;
    recovers(&process).await;
    wire.set(Fault::Holds("search"));
    let (began, mut slow) = (Instant::now(), 0);
    // For longer than it takes to look several times whether it is back.
    while began.elapsed() < BUDGET * 6 {
        let asked = Instant::now();
        let answer = process.ask("quiet harbour").await;
        assert!(answer.degraded && answer.hits.len() == 1);
        slow += usize::from(asked.elapsed() > BUDGET / 2);
        tokio::time::sleep(BUDGET / 20).await;
    }
    assert!(slow <= 2, "{slow} waited for it");
    // It can still be written to.
    db.create(&sample::hub("tower").with("/name", text("Quiet Tower")))
        .await;
    let step = process.step().await;
    assert!(step.changes > 0 && process.engine.is_resting());
    wire.set(Fault::None);
    recovers(&process).await;
    assert_eq!(process.ask("quiet").await.total.value, 2);
}

pub async fn a_server_that_is_killed_or_stopped_fails_no_search(mut server: WordsServer) {
    let db = TestDb::seeded().await;
    db.create(&sample::hub("room").with("/name", text("Quiet Harbour")))
        .await;
    let engine = server.engine_through(server.address(), "haven", BUDGET);
    let mut process = Process::on(&db, engine).await;
    process.step().await;
    recovers(&process).await;
    server.pause();
    let began = Instant::now();
    while began.elapsed() < BUDGET * 2 {
        let asked = Instant::now();
        assert_eq!(process.ask("quiet harbour").await.hits.len(), 1);
        assert!(asked.elapsed() < BUDGET * 2);
    }
    server.resume();
    recovers(&process).await;
    server.kill();
    for _ in 0..20 {
        let asked = Instant::now();
        assert_eq!(process.ask("quiet harbour").await.hits.len(), 1);
        assert!(asked.elapsed() < BUDGET * 2);
    }
    server.up().await;
    recovers(&process).await;
}
