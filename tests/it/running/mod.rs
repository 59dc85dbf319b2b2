//! The program as it runs: a process of its own, under load, without its database, told to stop, watched.

mod canary;
mod findable;
mod killed;
mod load;
mod outage;
mod start;
mod stop;
mod upkeep;
mod watching;
