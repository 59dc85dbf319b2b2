//! Every kind of sudden death, of Postgres, of Haven and of both.

use super::*;

#[tokio::test]
async fn a_killed_postgres_is_restarted_on_the_same_url() {
    let (_dir, data_dir) = dir();
    let mut cluster = start(&data_dir).await;
    let url = cluster.url().to_owned();
    for round in 1..=3 {
        write_row(&url).await;
        // A session that is busy when its server dies must not keep the next one from starting.
        let busy = connect(&url).await;
        tokio::spawn(async move { busy.batch_execute("SELECT pg_sleep(60)").await });
        tokio::time::sleep(Duration::from_millis(20)).await;
        kill(cluster.pid(), Signal::KILL);
        let status = cluster.died().await;
        assert!(!status.success(), "{status}");
        if round == 3 {
            // As a cleaner of /tmp might.
            fs::remove_dir_all(&cluster.server.socket_dir).unwrap();
        }
        cluster.restart(QUIET).await.unwrap();
        assert_eq!(cluster.url(), url);
        assert_eq!(rows(&url).await, round);
    }
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn postgres_ends_when_haven_is_killed() {
    let (_dir, data_dir) = dir();
    let mut haven = serve_elsewhere(&data_dir);
    let url = until(|| Cluster::url_of_running(&data_dir)).await;
    write_row(&url).await;
    let postmaster = postmaster(&data_dir);
    haven.kill();
    let line = format!("/proc/{postmaster}/cmdline");
    until(|| fs::read(&line).map_or(Some(()), |line| line.is_empty().then_some(()))).await;
    let cluster = start(&data_dir).await;
    assert_eq!(rows(cluster.url()).await, 1);
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn every_acknowledged_row_outlives_the_death_of_both() {
    let (_dir, data_dir) = dir();
    let mut haven = serve_elsewhere(&data_dir);
    let url = until(|| Cluster::url_of_running(&data_dir)).await;
    write_row(&url).await;
    let client = connect(&url).await;
    let postmaster = postmaster(&data_dir);
    let mut acknowledged = 1;
    let deadline = Instant::now() + Duration::from_millis(300);
    loop {
        let insert = client.execute("INSERT INTO kept VALUES (2)", &[]).await;
        if insert.is_err() {
            break;
        }
        acknowledged += 1;
        if Instant::now() > deadline {
            kill(postmaster, Signal::KILL);
            haven.kill();
        }
    }
    let cluster = start(&data_dir).await;
    assert!(rows(cluster.url()).await >= acknowledged);
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_creation_that_was_killed_is_begun_anew() {
    let (_dir, data_dir) = dir();
    for pause in [1, 60, 200] {
        let mut haven = serve_elsewhere(&data_dir);
        let root = data_dir.join("postgres");
        let begun = || fs::read_dir(&root).ok()?.flatten().next().map(|_| ());
        until(begun).await;
        tokio::time::sleep(Duration::from_millis(pause)).await;
        haven.kill();
    }
    let cluster = start(&data_dir).await;
    assert!(cluster.created());
    write_row(cluster.url()).await;
    cluster.stop().await.unwrap();
    let left: Vec<_> = fs::read_dir(data_dir.join("postgres"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| name.as_encoded_bytes().starts_with(b"new-"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn a_live_server_of_an_earlier_haven_is_ended() {
    let (_dir, data_dir) = dir();
    let earlier = start(&data_dir).await;
    write_row(earlier.url()).await;
    let pid = earlier.pid();
    let steps = Mutex::new(Vec::new());
    let binaries = Binaries::find(&data_dir).unwrap();
    let say = |step| steps.lock().unwrap().push(step);
    let cluster = Cluster::start(&data_dir, &binaries, &say).await.unwrap();
    let expected = [Step::EndingEarlier { pid }, Step::Starting];
    assert_eq!(*steps.lock().unwrap(), expected);
    assert!(earlier.died().await.success());
    assert_eq!(rows(cluster.url()).await, 1);
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_zombie_or_a_reused_number_does_not_count_as_a_server() {
    let (_dir, data_dir) = dir();
    let mut zombie = Command::new("true").spawn().unwrap();
    let mut stranger = Command::new("sleep").arg("60").spawn().unwrap();
    for pid in [zombie.id(), stranger.id()] {
        let cluster = start(&data_dir).await;
        kill(cluster.pid(), Signal::KILL);
        cluster.died().await;
        drop(cluster);
        let file = data_dir.join("postgres/data/postmaster.pid");
        let text = fs::read_to_string(&file).unwrap();
        let (_, rest) = text.split_once('\n').unwrap();
        fs::write(&file, format!("{pid}\n{rest}")).unwrap();
    }
    let cluster = start(&data_dir).await;
    write_row(cluster.url()).await;
    cluster.stop().await.unwrap();
    assert!(stranger.try_wait().unwrap().is_none(), "left in peace");
    stranger.kill().unwrap();
    stranger.wait().unwrap();
    zombie.wait().unwrap();
}

#[tokio::test]
async fn dropping_it_ends_postgres() {
    let (_dir, data_dir) = dir();
    let cluster = start(&data_dir).await;
    write_row(cluster.url()).await;
    let pid = cluster.pid();
    drop(cluster);
    assert!(!Path::new(&format!("/proc/{pid}")).exists());
    let cluster = start(&data_dir).await;
    assert_eq!(rows(cluster.url()).await, 1);
    cluster.stop().await.unwrap();
}
