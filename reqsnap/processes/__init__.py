"""Child processes belong to the block that they were started in, whose process answers for it.

The process that opened a block owns the state of its cassette: entries, positions and file.
A child opens no cassette and no file; it asks the owner for each request what is to be
done, and gives it what came back.

    messages.py     what is said, as bytes and back
    tickets.py      what a child must know to ask, and how it is handed on
    serving.py      how the owner answers one message
    sockets.py      how the two are connected
    attendants.py   the threads that wait for children, and are gone while the process forks
    owner.py        where it listens
    remote.py       the recorder of a child
    children.py     which block a child belongs to, and what a fork changes
    jobs.py         which block a job belongs to that is handed to an older process
    startup/        what runs where the interpreter of a child starts
"""
