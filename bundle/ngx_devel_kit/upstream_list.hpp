// The directive upstream_list: "upstream_list NAME [weight:]UPSTREAM ...".
#pragma once

#include "ngx/nginx.hpp"

char* ndk_upstream_list(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) noexcept;
