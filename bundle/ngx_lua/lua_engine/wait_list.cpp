#include "lua_engine/wait_list.hpp"

#include "lua_engine/task.hpp"
#include "lua_engine/wait.hpp"

#include <new>

namespace lua {

class WaitList::Member final : public Wait {
public:
    explicit Member(WaitList& list) noexcept : next(list.first_), list_(list) {
        list.first_ = this;
    }

    Member* next;

private:
    void cancel() noexcept override {
        Member** at = &list_.first_;
        while (*at != nullptr && *at != this) {
            at = &(*at)->next;
        }
        if (*at == this) {
            *at = next;
        }
    }

    WaitList& list_;
};

bool WaitList::add(Task& task, ngx_pool_t* pool) noexcept {
    void* memory = ngx_palloc(pool, sizeof(Member));
    if (memory == nullptr) {
        return false;
    }
    (new (memory) Member(*this))->begin(task);
    return true;
}

void WaitList::wake(const char* error) noexcept {
    Member* member = first_;
    first_ = nullptr;
    while (member != nullptr) {
        Member* next = member->next;
        lua_State* L = member->task()->L;
        if (error == nullptr) {
            lua_pushinteger(L, 1);
            member->complete(1);
        } else {
            lua_pushnil(L);
            lua_pushstring(L, error);
            member->complete(2);
        }
        member = next;
    }
}

} // namespace lua
