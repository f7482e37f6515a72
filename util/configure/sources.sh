# Third-party sources: fetch, unpack, patch. A tree is made in a temporary folder and renamed when
# complete; its .stamp tells what it was made of, so that it is made again only when that changes.
# A release tarball has the trees in bundle/; a file .patched in each lists the patches applied.

# source_tree NAME: sets tree (folder name) and archive (absolute path of a file, or of a folder).
source_tree() {
    for archive in "$root/bundle/$1"*/.patched; do
        [ -f "$archive" ] || continue
        archive=${archive%/.patched}
        tree=${archive##*/}
        return 0
    done
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
    unpack_key=$unpack_archive
    [ ! -d "$unpack_archive" ] || unpack_key=$unpack_archive/.patched
    stamp=$(cat "$unpack_key" "$@" | cksum)
    if [ "$(cat "$unpack_to/.stamp" 2> /dev/null)" = "$stamp" ]; then
        return 0
    fi
    echo "unpacking $(basename "$unpack_archive")"
    unpack_temp=$unpack_to.new
    rm -rf "$unpack_temp"
    mkdir -p "$unpack_temp"
    case $unpack_archive in
    *.tar.xz) need_program xz ;;
    esac
    if [ -d "$unpack_archive" ]; then
        cp -Rp "$unpack_archive/." "$unpack_temp"
    else
        tar -xf "$unpack_archive" -C "$unpack_temp" --strip-components=1
        : > "$unpack_temp/.patched"
    fi || fail 1 "cannot unpack $unpack_archive."
    patch_tree "$unpack_temp" "$@"
    echo "$stamp" > "$unpack_temp/.stamp"
    rm -rf "$unpack_to"
    mv "$unpack_temp" "$unpack_to"
}

# patch_tree FOLDER PATCH...: brings the tree from the patches it has to those wanted.
patch_tree() {
    patch_dir=$1
    shift
    for patch_name in $(sed '1!G;h;$!d' "$patch_dir/.patched"); do
        case " $* " in
        *"/$patch_name "*) ;;
        *) apply_patch -R "$root/patches/$tree/$patch_name" ;;
        esac
    done
    for patch_file do
        grep -qxF "$(basename "$patch_file")" "$patch_dir/.patched" || apply_patch -N "$patch_file"
    done
    for patch_file do basename "$patch_file"; done > "$patch_dir/.patched"
}

# apply_patch -N|-R FILE: applies a patch to $patch_dir, or takes it back.
apply_patch() {
    case $1 in
    -N) echo "applying $(basename "$2")" ;;
    -R) echo "taking back $(basename "$2")" ;;
    esac
    patch -p1 "$1" --fuzz=0 -s --no-backup-if-mismatch -d "$patch_dir" < "$2" \
        > "$patch_dir/.patch.log" 2>&1 || {
        reason=$(head -n 1 "$patch_dir/.patch.log")
        fail 1 "the patch ${2#"$root"/} does not apply: $reason" \
            "The rejected parts are below $patch_dir (*.rej)."
    }
    rm -f "$patch_dir/.patch.log"
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
