// The server's prefix: a temporary folder that is gone when resty is, whatever ends it.
//
// resty removes it on its way out. Against a kill there is a keeper: a child process in a session
// of its own that does nothing but wait for resty's end, which it sees by the end of a pipe, and
// removes what is left then.
#pragma once

#include "error.hpp"

#include <optional>
#include <string>

namespace resty {

class TempDir {
public:
    TempDir() = default;
    ~TempDir();
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;

    [[nodiscard]] std::optional<Error> create();

    // With a slash at the end.
    [[nodiscard]] const std::string& path() const { return path_; }

    // Writes a file below the folder.
    [[nodiscard]] std::optional<Error> write(const std::string& name, const std::string& content);

private:
    [[nodiscard]] bool start_keeper();

    std::string path_;
};

} // namespace resty
