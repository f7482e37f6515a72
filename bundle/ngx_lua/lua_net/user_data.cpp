#include "lua_net/user_data.hpp"

#include <algorithm>

namespace lua::net {
namespace {

auto has_key(uint64_t key) {
    return [key](const UserData::Pair& pair) { return pair.key == key; };
}

} // namespace

const UserData::Pair* UserData::find(uint64_t key) const noexcept {
    auto at = std::find_if(pairs_.begin(), pairs_.end(), has_key(key));
    return at == pairs_.end() ? nullptr : &*at;
}

bool UserData::add(Pair pair, Pair& evicted) {
    static_cast<void>(remove(pair.key));
    bool full = pairs_.size() >= capacity_ && !pairs_.empty();
    if (full) {
        evicted = pairs_.front();
        pairs_.pop_front();
    }
    pairs_.push_back(pair);
    return full;
}

bool UserData::remove(uint64_t key) noexcept {
    auto at = std::find_if(pairs_.begin(), pairs_.end(), has_key(key));
    if (at == pairs_.end()) {
        return false;
    }
    pairs_.erase(at);
    return true;
}

} // namespace lua::net
