// The script engine of the ABI, as Lua code that drives it itself uses it, and the other symbols
// that have no counterpart in the other tests.
//
// links: regex.cpp match_memory.cpp replace_template.cpp replace.cpp
// needs: pcre2-8
#include "lua_regex/regex.hpp"

#include <gtest/gtest.h>

#include <array>
#include <climits>
#include <cstring>
#include <string>

using namespace lua::regex;

struct Engine; // opaque to callers

extern "C" {
const char* ngx_lua_ffi_pcre_version() noexcept;
uint32_t ngx_lua_ffi_max_regex_cache_size() noexcept;
intptr_t ngx_lua_ffi_set_jit_stack_size(int, unsigned char*, size_t*) noexcept;
Regex* ngx_lua_ffi_compile_regex(const unsigned char*, size_t, int, int, unsigned char*,
                                 size_t) noexcept;
int ngx_lua_ffi_exec_regex(Regex*, int, const unsigned char*, size_t, int) noexcept;
void ngx_lua_ffi_destroy_regex(Regex*) noexcept;
int ngx_lua_ffi_regex_replace(Regex*, const unsigned char*, size_t, const unsigned char*, size_t,
                              int, AbiString*) noexcept;
int ngx_lua_ffi_compile_replace_template(Regex*, const unsigned char*, size_t) noexcept;
Engine* ngx_lua_ffi_create_script_engine() noexcept;
void ngx_lua_ffi_init_script_engine(Engine*, const unsigned char*, Regex*, int) noexcept;
size_t ngx_lua_ffi_script_eval_len(Engine*, AbiTemplate*) noexcept;
void ngx_lua_ffi_script_eval_data(Engine*, AbiTemplate*, unsigned char*) noexcept;
void ngx_lua_ffi_destroy_script_engine(Engine*) noexcept;
}

namespace {

const unsigned char* bytes(const char* text) {
    return reinterpret_cast<const unsigned char*>(text);
}

struct FfiTest : testing::Test {
    Regex* re = nullptr;
    Engine* engine = nullptr;

    void SetUp() override {
        std::array<unsigned char, 256> error{};
        re = ngx_lua_ffi_compile_regex(bytes("(b)(x)?"), 7, 0, 0, error.data(), error.size());
        ASSERT_NE(re, nullptr);
        engine = ngx_lua_ffi_create_script_engine();
    }

    void TearDown() override {
        ngx_lua_ffi_destroy_script_engine(engine);
        ngx_lua_ffi_destroy_regex(re);
    }

    int set_template(const char* text) {
        return ngx_lua_ffi_compile_replace_template(re, bytes(text), std::strlen(text));
    }

    std::string evaluate(const char* subject) {
        const int rc = ngx_lua_ffi_exec_regex(re, 0, bytes(subject), std::strlen(subject), 0);
        EXPECT_GT(rc, 0);
        ngx_lua_ffi_init_script_engine(engine, bytes(subject), re, rc);
        std::string out(ngx_lua_ffi_script_eval_len(engine, re->abi.replace), '#');
        ngx_lua_ffi_script_eval_data(engine, re->abi.replace,
                                     reinterpret_cast<unsigned char*>(out.data()));
        return out;
    }
};

} // namespace

TEST_F(FfiTest, ATemplateWithGroupsIsEvaluatedForEachMatch) {
    EXPECT_EQ(set_template("<$0,$1,$2,$3>"), 0);
    EXPECT_NE(re->abi.replace->lengths, nullptr);
    EXPECT_EQ(evaluate("abc"), "<b,b,,>");
    EXPECT_EQ(evaluate("abx"), "<bx,b,x,>");
}

TEST_F(FfiTest, ATemplateWithoutGroupsIsPlainText) {
    EXPECT_EQ(set_template("5 $$"), 0);
    EXPECT_EQ(re->abi.replace->lengths, nullptr);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(re->abi.replace->value.data),
                          re->abi.replace->value.len),
              "5 $");
    EXPECT_EQ(evaluate("abc"), "5 $");
}

TEST_F(FfiTest, ALaterTemplateTakesThePlaceOfTheFirst) {
    EXPECT_EQ(set_template("$1"), 0);
    EXPECT_EQ(set_template("$name"), -1);
    EXPECT_EQ(re->abi.replace, nullptr);
    EXPECT_EQ(set_template("[$1]"), 0);
    EXPECT_EQ(evaluate("b"), "[b]");
}

TEST_F(FfiTest, ReplaceReturnsTheTextTheCountOrWhatWentWrong) {
    AbiString out{};
    const auto replace = [&](const char* subject, const char* with, int global) {
        return ngx_lua_ffi_regex_replace(re, bytes(subject), std::strlen(subject), bytes(with),
                                         std::strlen(with), global, &out);
    };

    EXPECT_EQ(replace("abcb", "$1$1", 1), 2);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(out.data), out.len), "abbcbb");
    EXPECT_EQ(replace("abcb", "", 0), 1);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(out.data), out.len), "acb");
    EXPECT_EQ(replace("xyz", "", 0), 0);
    EXPECT_EQ(replace("xyz", "$", 0), INT_MIN);
}

TEST_F(FfiTest, SettingsAreVisible) {
    EXPECT_EQ(ngx_lua_ffi_max_regex_cache_size(), 1024U);
    configure({.cache_max_entries = 5});
    EXPECT_EQ(ngx_lua_ffi_max_regex_cache_size(), 5U);
    configure({});

    EXPECT_EQ(std::string(ngx_lua_ffi_pcre_version()).substr(0, 3), "10.");
}

TEST_F(FfiTest, TheJitStackMayBeOfAnySize) {
    std::array<unsigned char, 64> error{};
    size_t size = error.size();
    EXPECT_EQ(ngx_lua_ffi_set_jit_stack_size(-1, error.data(), &size), 0);
    EXPECT_EQ(ngx_lua_ffi_set_jit_stack_size(128 * 1024, error.data(), &size), 0);
}
