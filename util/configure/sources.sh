# Third-party sources: fetch, unpack, patch. A tree is made in a temporary folder and renamed when
# complete; its .stamp tells what it was made of, so that it is made again only when that changes.

# source_tree NAME: fetches a source; sets tree (folder name) and archive (absolute path).
source_tree() {
    tree_line=$("$root/util/fetch-sources" ${sources_dir:+"--with-sources=$sources_dir"} "$1") ||
        exit 1
    tree=${tree_line%% *}
    archive=${tree_line#* }
}

# unpack ARCHIVE FOLDER PATCH...: FOLDER anew from the archive with the patches applied in order.
unpack() {
    unpack_archive=$1
    unpack_to=$2
    shift 2
    stamp=$(cat "$unpack_archive" "$@" | cksum)
    if [ "$(cat "$unpack_to/.stamp" 2> /dev/null)" = "$stamp" ]; then
        return 0
    fi
    echo "unpacking $(basename "$unpack_archive")"
    unpack_temp=$unpack_to.new
    rm -rf "$unpack_temp"
    mkdir -p "$unpack_temp"
    case $unpack_archive in
    *.xz) need_program xz ;;
    esac
    tar -xf "$unpack_archive" -C "$unpack_temp" --strip-components=1 ||
        fail 1 "cannot unpack $unpack_archive."
    for patch_file do
        apply_patch "$patch_file" "$unpack_temp"
    done
    echo "$stamp" > "$unpack_temp/.stamp"
    rm -rf "$unpack_to"
    mv "$unpack_temp" "$unpack_to"
}

apply_patch() {
    echo "applying $(basename "$1")"
    patch -p1 -N --fuzz=0 -s --no-backup-if-mismatch -d "$2" < "$1" > "$2/.patch.log" 2>&1 || {
        reason=$(head -n 1 "$2/.patch.log")
        fail 1 "the patch ${1#"$root"/} does not apply: $reason" \
            "The rejected parts are below $2 (*.rej)."
    }
    rm -f "$2/.patch.log"
}

# nginx_patches TREE: the patches of that nginx version, in order, as chosen on the command line.
nginx_patches() {
    for patch_file in "$root/patches/$1"/*.patch; do
        case $patch_file in
        *'*'*) continue ;;
        *-branding.patch) [ -n "$branding" ] || continue ;;
        *-no-pool.patch) [ -n "$no_pool" ] || continue ;;
        esac
        echo "$patch_file"
    done
}

prepare_nginx() {
    if [ -n "$dry_run" ]; then
        nginx_dir=$build/nginx
        echo "# unpack nginx into $nginx_dir and patch it"
        return
    fi
    source_tree nginx
    nginx_dir=$build/$tree
    unpack "$archive" "$nginx_dir" $(nginx_patches "$tree")
}
