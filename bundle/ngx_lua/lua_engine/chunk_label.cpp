#include "lua_engine/chunk_label.hpp"

namespace lua {

namespace {

std::string_view shown_path(std::string_view path, std::string_view conf_prefix) {
    constexpr std::string_view kMainFile = "/nginx.conf";

    if (path.ends_with(kMainFile)) {
        return kMainFile.substr(1);
    }
    if (!conf_prefix.empty() && path.starts_with(conf_prefix)) {
        path.remove_prefix(conf_prefix.size());
    }
    return path;
}

} // namespace

std::string chunk_label(std::string_view tag, std::string_view path, std::string_view conf_prefix,
                        std::size_t line) {
    constexpr std::string_view kCut = "...";

    path = shown_path(path, conf_prefix);

    const std::string number = std::to_string(line);
    const std::size_t taken = tag.size() + number.size();
    std::string_view mark;

    if (taken + path.size() > kChunkLabelLimit) {
        const std::size_t room =
            kChunkLabelLimit > taken + kCut.size() ? kChunkLabelLimit - taken - kCut.size() : 0;
        path = path.substr(path.size() - (room < path.size() ? room : path.size()));
        mark = kCut;
    }

    std::string label;
    label.append(tag).append("(").append(mark).append(path).append(":").append(number).append(")");
    return label;
}

} // namespace lua
