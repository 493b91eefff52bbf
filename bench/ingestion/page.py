"""The words around the figures of docs/bench-ingestion.md."""

PAGE = """\
# What the ingestion service needs per request

One worker, pinned to one core, beside nginx and granian; wrk on another core keeps 64 connections busy with events of
2 KB under 20 browser headers. {rounds} rounds of {seconds} s after a second of warming up, each server in turn; a
figure is the median of the rounds, a ratio the median of the ratios within each round. Everything runs on one machine,
so that rates tell less than ratios do. Made by `make bench`.

What counts is the processor time, user and system, of **all** processes of a server: ours with the process that watches
over the worker, and all threads of both; nginx's proxy with the server behind it, which is the same nginx. *Intake
alone* is the whole program with a sink that is away: every event is answered and stays in the log, and nothing is
forwarded. *To files* is the whole program with the sink that it has by default: every event is written and synced a
second time, as a final event. *Forwarded* posts every event to an endpoint that takes all, beside wrk and not
charged. granian runs the same admission, the same log and the same counting under its own HTTP
server, and forwards nothing. `Disk`: 200 means synced; `Memory`: in memory, synced a moment later.

## Aims

{aims}

## Side by side

{comparison}

{batches}

## Does forwarding keep up

The whole program at level Disk under the same load, three times as long; its metrics are half a second old at most,
and so is the delay.

{keeping_up}

## The library

What a page loads of Analytics.js, as brotli, beside nginx that serves the same octets from files that lie in
memory. *At half load* requests come at half of the rate that the server can do.

{library}

A page load in octets, beside what it would fetch from the maker's CDN: the compressed twins in the maker's own package.
A browser keeps library and settings for five minutes and parts for good; then it asks whether they are current.

{wire}

## Slow connections

Each has sent the beginning of a head and goes on by one octet a second, until its deadline; then it comes again. The
healthy requests come at half of the rate that the server can do.

{slow}

## Kafka

The Kafka sink beside librdkafka, driven by confluent-kafka, with the same settings: events of 2 KB, idempotent,
acks=all, to one broker on the same machine.

{kafka}

## Where the time goes

Under load, of one request, by thread: the loop reads, admits, answers and forwards; other threads write and sync the
log and the files. The kernel's share of the loop is to receive and to send, as it is of nginx.

{threads}

Of one event of 2 KB, measured part by part in one process that does nothing else. What these do not hold is the event
loop with its system calls, the counting, the hand-over between threads, and what it costs that 64 requests lie between
two looks at the same memory.

{parts}
"""
