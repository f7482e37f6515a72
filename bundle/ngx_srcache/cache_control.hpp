// What Cache-Control headers say about keeping a response. Knows nothing of nginx.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace srcache {

// The words are found anywhere in the values, whatever the case of their letters.
struct CacheControl {
    bool is_private = false;
    bool no_store = false;
    bool no_cache = false;
    bool has_max_age = false;
    std::optional<int64_t> max_age; // none if it is malformed

    // Takes the value of one more header.
    void add(std::string_view value);
};

bool contains_nocase(std::string_view text, std::string_view lower_case_word);

} // namespace srcache
