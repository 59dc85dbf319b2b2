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
