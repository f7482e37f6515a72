#include "lua_engine/chunk_label.hpp"

#include <gtest/gtest.h>

using lua::chunk_label;

TEST(ChunkLabel, ShortensTheMainFileToItsName) {
    EXPECT_EQ(chunk_label("content_by_lua", "/srv/conf/nginx.conf", "/srv/conf/", 12),
              "content_by_lua(nginx.conf:12)");
    EXPECT_EQ(chunk_label("init_by_lua", "/elsewhere/nginx.conf", "/srv/conf/", 1),
              "init_by_lua(nginx.conf:1)");
}

TEST(ChunkLabel, ShowsFilesRelativeToTheConfigurationFolder) {
    EXPECT_EQ(chunk_label("set_by_lua", "/srv/conf/conf.d/x.conf", "/srv/conf/", 3),
              "set_by_lua(conf.d/x.conf:3)");
    EXPECT_EQ(chunk_label("set_by_lua", "/srv/conf/../html/lua.conf", "/srv/conf/", 3),
              "set_by_lua(../html/lua.conf:3)");
    EXPECT_EQ(chunk_label("set_by_lua", "/tmp/lua.conf", "/srv/conf/", 3),
              "set_by_lua(/tmp/lua.conf:3)");
}

TEST(ChunkLabel, CutsLongPathsOnTheLeft) {
    const std::string path = "/tmp/abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz.conf";

    EXPECT_EQ(chunk_label("content_by_lua", path, "", 2),
              "content_by_lua(...tuvwxyzabcdefghijklmnopqrstuvwxyz.conf:2)");
    EXPECT_EQ(chunk_label("content_by_lua", path, "", 14),
              "content_by_lua(...uvwxyzabcdefghijklmnopqrstuvwxyz.conf:14)");
    EXPECT_EQ(chunk_label("header_filter_by_lua", path, "", 1),
              "header_filter_by_lua(...zabcdefghijklmnopqrstuvwxyz.conf:1)");
}

TEST(ChunkLabel, UsesTheWholeRoom) {
    const std::string fits(lua::kChunkLabelLimit - 14 - 1, 'x');

    EXPECT_EQ(chunk_label("content_by_lua", fits, "", 1), "content_by_lua(" + fits + ":1)");
    EXPECT_EQ(chunk_label("content_by_lua", "y" + fits, "", 1),
              "content_by_lua(..." + fits.substr(3) + ":1)");
}

TEST(ChunkLabel, SurvivesATagWithoutRoomForThePath) {
    const std::string tag(70, 't');

    EXPECT_EQ(chunk_label(tag, "/tmp/a.conf", "", 1), tag + "(...:1)");
}
