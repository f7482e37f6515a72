// Starting a child process with pipes on its standard streams.
//
// The child shares this process's memory until it runs its program (vfork), so that its start costs
// the same in a small and in a huge worker; all that it does in between is in the .cpp. It keeps
// none of the server's files, signal handlers and CPU bindings.
#pragma once

#include <sys/types.h>

namespace lua::pipe {

struct Program {
    const char* file;         // looked for in PATH
    char* const* argv;        // ends with null
    char* const* environment; // ends with null; null: this process's
    bool merge_stderr;        // its stderr goes where its stdout goes
};

struct Started {
    pid_t pid = -1;
    int in = -1;                  // what is written here, the child reads from stdin
    int out = -1;                 // its stdout
    int err = -1;                 // its stderr; -1 if merged
    const char* failed = nullptr; // what could not be done, with `error` the errno; null: nothing
    int error = 0;
    int exec_error = 0; // the child runs, but could not become the program: it exits with 1
};

[[nodiscard]] Started start(const Program& program) noexcept;

} // namespace lua::pipe
