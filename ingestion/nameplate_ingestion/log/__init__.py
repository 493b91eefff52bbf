"""The durable log of one domain and worker: what was answered with a 200 survives the process and a power cut.

`DurableLog` (durable_log.py) is what others use; all of its state belongs to the loop's thread. A record is taken and
given its place (places.py) in a segment that was prepared ahead (maintenance.py, segment.py), framed and synced
together with all that came meanwhile (committer.py, frame.py), read from there in order (reader.py), and forgotten once
the sink has it (backlog.py, cursor.py). After a crash recovery.py finds what is whole (scan.py). Only files.py touches
the disk.

It needs nothing but the standard library, and an import contract holds it to that.
"""
