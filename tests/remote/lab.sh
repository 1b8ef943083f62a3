#!/bin/sh
# A network of its own for the tests of remote/: op — bastion — t1, t2; t1 — internet. Runs as the
# first process of new network, mount and pid namespaces: when it ends, all of it is gone.
# usage: lab.sh PROGRAM; exit 77 with a word where this cannot be
set -eu
program=$1
skip() { echo "skipped: $1"; exit 77; }
[ "$(id -u)" = 0 ] || skip "the lab's targets need a root that can log in: run as root"
[ -x /usr/sbin/sshd ] && command -v nft >/dev/null && command -v busybox >/dev/null || skip "sshd, nft or busybox is missing"
mount -t tmpfs tmpfs /run 2>/dev/null || skip "nothing can be mounted here"
mount -t tmpfs tmpfs /var/lib
# a checkout that stands under /tmp itself stays where it is
mkdir /run/checkout && mount --bind "$PWD" /run/checkout
mount -t tmpfs tmpfs /tmp
[ -d "$PWD" ] || { mkdir -p "$PWD" && mount --bind /run/checkout "$PWD"; }
mkdir -p /run/netns /run/sshd
LAB=$(mktemp -d /run/lab.XXXXXX)
export LAB
for n in op bastion t1 t2 internet; do
    ip netns add $n 2>/dev/null || skip "network namespaces cannot be made here"
    ip -n $n link set lo up
done
join() { # NS1 IF1 ADDRESS1 NS2 IF2 ADDRESS2
    ip link add "$2" netns "$1" type veth peer name "$5" netns "$4"
    ip -n "$1" addr add "$3" dev "$2"; ip -n "$4" addr add "$6" dev "$5"
    ip -n "$1" link set "$2" up; ip -n "$4" link set "$5" up
}
join op e0 10.9.1.1/24 bastion e0 10.9.1.2/24
join bastion e1 10.9.2.1/24 t1 e0 10.9.2.11/24
join bastion e2 10.9.3.1/24 t2 e0 10.9.3.12/24
join t1 x0 10.9.4.11/24 internet e0 10.9.4.99/24
ssh-keygen -q -t ed25519 -N '' -f "$LAB/id"
ssh-keygen -q -t ed25519 -N '' -f "$LAB/stranger"
ssh-keygen -q -t rsa -b 2048 -N '' -f "$LAB/id_rsa"
ssh-keygen -q -t ed25519 -N secret -f "$LAB/id_locked"
cat "$LAB/id.pub" "$LAB/id_rsa.pub" >"$LAB/authorized"
for n in bastion t1 t2 internet; do ssh-keygen -q -t ed25519 -N '' -f "$LAB/host_$n"; done
ssh-keygen -q -t rsa -b 2048 -N '' -f "$LAB/host_old"
for n in bastion t1 t2 internet; do
    printf '%s\n' "Port 22" "HostKey $LAB/host_$n" "PidFile none" "AuthorizedKeysFile $LAB/authorized" \
        "StrictModes no" "UsePAM no" "PasswordAuthentication no" "PermitRootLogin yes" \
        "KbdInteractiveAuthentication no" >"$LAB/sshd_$n"
done
# a hardened server: libssh2 1.10 has none of these
echo "MACs hmac-sha2-512-etm@openssh.com" >>"$LAB/sshd_t2"
# a second server there has nothing but an RSA key
sed -e "s|^Port.*|Port 2222|" -e "s|^HostKey.*|HostKey $LAB/host_old|" -e /^MACs/d "$LAB/sshd_t2" >"$LAB/sshd_old"
for n in bastion t1 t2 internet; do
    ip netns exec $n /usr/sbin/sshd -D -e -f "$LAB/sshd_$n" 2>"$LAB/log_$n" &
done
ip netns exec t2 /usr/sbin/sshd -D -e -f "$LAB/sshd_old" 2>"$LAB/log_old" &
ip netns exec internet busybox nc -ll -p 4444 -e /bin/cat &
ip netns exec t1 busybox nc -ll -p 8080 -e /bin/cat &
entry() { printf '%s %s\n' "$1" "$(cut -d' ' -f1,2 "$LAB/host_$2.pub")"; }
{ entry 10.9.1.2 bastion; entry 10.9.2.11 t1; entry 10.9.3.12 t2; entry 10.9.4.99 internet; entry '[10.9.3.12]:2222' old; } >"$LAB/known"
{ entry 10.9.1.2 bastion; printf '10.9.2.11 %s\n' "$(cut -d' ' -f1,2 "$LAB/stranger.pub")"; } >"$LAB/known_changed"
entry 10.9.1.2 bastion >"$LAB/known_without"
config() { # KNOWN IDENTITY
    printf 'Host bastion\n HostName 10.9.1.2\nHost t1\n HostName 10.9.2.11\n ProxyJump bastion\nHost t2\n HostName 10.9.3.12\n ProxyJump bastion\nHost old\n HostName 10.9.3.12\n Port 2222\n ProxyJump bastion\nHost far\n HostName 10.9.4.99\n ProxyJump t1\n'
    printf 'Host *\n User root\n IdentityFile %s\n IdentitiesOnly yes\n UserKnownHostsFile %s\n GlobalKnownHostsFile none\n' "$LAB/$2" "$LAB/$1"
}
config known id >"$LAB/config"
config known_changed id >"$LAB/config_changed"
config known_without id >"$LAB/config_without"
config known stranger >"$LAB/config_stranger"
config known id_rsa >"$LAB/config_rsa"
config known id_locked >"$LAB/config_locked"
chmod 600 "$LAB"/config*
# the intruder's program: keeps a connection alive and says when it was cut
cp /bin/bash "$LAB/beacon"
cat >"$LAB/beacon.sh" <<'S'
exec 3<>/dev/tcp/10.9.4.99/4444 || exit 1
trap '' PIPE
while printf 'beat\n' >&3 && read -r -t 2 line <&3; do date +%s%N >"$LAB/beat"; sleep 0.1; done
echo cut >"$LAB/beacon_cut"
while :; do sleep 1; done
S
unset SSH_AUTH_SOCK
export HINOMI_LAB=1
tries=0
until ip netns exec op ssh -F "$LAB/config" -o ConnectTimeout=2 t1 true 2>"$LAB/first"; do
    tries=$((tries + 1))
    [ $tries -lt 20 ] || { cat "$LAB/first" "$LAB"/log_*; exit 1; }
done
ip netns exec op "$program" || { rc=$?; [ -z "${LAB_VERBOSE:-}" ] || tail -n 5 "$LAB"/log_*; exit $rc; }
