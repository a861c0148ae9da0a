import DevenvHost
import DevenvModel
import DevenvPluginAPI

/// What a machine is told of its networks from inside, as one program of root: its addresses and its neighbours' names; pure.
///
/// A card is known by its hardware address, as its name depends on the system. Whatever looks after networks in the machine
/// gets a file of devenv's own, so that the address outlives a reboot that devenv knows nothing of; and the kernel gets the
/// address at once, so that it holds where nobody looks after networks. Repeating it changes nothing.
struct GuestNetworks: Sendable {
    let interfaces: [NetworkInterface]
    let hosts: [HostEntry]
    let hostname: String

    var program: RemoteProgram {
        RemoteProgram(
            """
            devenv_hosts=\(ShellWord.quote(HostsFile.block(hosts, hostname: hostname)))
            devenv_cards=\(ShellWord.quote(cards))
            \(HostsFile.function)
            \(Self.script)
            """, asRoot: true)
    }

    /// A line for each: network, hardware address, address, length of the prefix, mask.
    var cards: String {
        interfaces.map { "\($0.network) \($0.mac) \($0.address) \($0.subnet.prefixLength) \($0.subnet.mask)" }
            .joined(separator: "\n")
    }

    private static let script = #"""
        umask 022
        set_hosts

        # find MAC: sets card to the name of the network card; its driver may still be loading. Bridges and the like show the
        # addresses of what they are made of
        find() {
            tries=0 card=
            while :; do
                for path in /sys/class/net/*; do
                    seen=
                    read -r seen 2>/dev/null <"$path/address"
                    [ "$seen" = "$1" ] || continue
                    card=${path##*/}
                    [ ! -e "$path/device" ] || return 0
                done
                [ -z "$card" ] || return 0
                tries=$((tries + 1))
                [ $tries -lt 15 ] || return 1
                sleep 1
            done
        }

        # has CARD ADDRESS/PREFIX
        has() { ip -4 addr show dev "$1" 2>/dev/null | grep -qF " $2 "; }

        # give CARD ADDRESS/PREFIX MASK: to the kernel, where it has not got it
        give() {
            if command -v ip >/dev/null 2>&1; then
                ip link set dev "$1" up
                has "$1" "$2" || ip addr add "$2" broadcast + dev "$1" || has "$1" "$2"
            else
                ifconfig "$1" "${2%/*}" netmask "$3" up
            fi
        }

        # keep FILE MODE: puts standard input into a file where it holds something else; false where it did not
        keep() {
            cat >"$1.devenv-new"
            if cmp -s "$1.devenv-new" "$1"; then
                rm -f "$1.devenv-new"
                return 1
            fi
            chmod "$2" "$1.devenv-new" && mv -f "$1.devenv-new" "$1"
        }

        # drop DIRECTORY SUFFIX: removes files of networks that the machine is not on any more; false where there are none
        drop() {
            dropped=1
            for file in "$1"devenv-*"$2"; do
                [ -e "$file" ] || continue
                network=${file##*devenv-}
                case " $networks " in *" ${network%"$2"} "*) ;; *) rm -f "$file" && dropped=0 ;; esac
            done
            return $dropped
        }

        # who looks after a card
        keeper() {
            if command -v nmcli >/dev/null 2>&1; then
                case $(LC_ALL=C nmcli -t -f GENERAL.STATE device show "$1" 2>/dev/null) in
                    *unmanaged*) ;;
                    GENERAL.STATE:*) keeper=manager && return ;;
                esac
            fi
            if [ -d /run/systemd/system ] && systemctl -q is-active systemd-networkd.service 2>/dev/null; then
                keeper=networkd
            elif [ -f /etc/network/interfaces ]; then
                keeper=ifupdown
            else
                keeper=
            fi
        }

        manager=/etc/NetworkManager/system-connections/
        networkd=/etc/systemd/network/05- networkd_changed=
        interfaces=/etc/network/interfaces stanzas=
        begin="# devenv: the project's networks" end='# devenv: end of networks'
        networks=

        keep_manager() {
            mkdir -p "$manager"
            printf '%s\n' '[connection]' "id=devenv-$network" type=ethernet autoconnect-priority=100 '' \
                '[ethernet]' "mac-address=$mac" '' '[ipv4]' method=manual "address1=$address/$prefix" \
                never-default=true '' '[ipv6]' method=ignore | keep "${manager}devenv-$network.nmconnection" 600 || return 0
            nmcli connection load "${manager}devenv-$network.nmconnection" >/dev/null 2>&1
            nmcli -w 20 connection up id "devenv-$network" >/dev/null 2>&1
        }
        keep_networkd() {
            mkdir -p /etc/systemd/network
            printf '%s\n' '[Match]' "MACAddress=$mac" '' '[Link]' RequiredForOnline=no '' \
                '[Network]' "Address=$address/$prefix" IPv6AcceptRA=no |
                keep "${networkd}devenv-$network.network" 644 && networkd_changed=1
        }
        keep_ifupdown() {
            stanzas="$stanzas
        auto $card
        iface $card inet static
            address $address
            netmask $mask"
        }

        # addresses that ifupdown gave by the card's name at this start, and that the machine is not to have any more; the last
        # of a subnet would take the others along
        forget() {
            sed -n "/^$begin\$/,/^$end\$/{ s/^iface \([^ ]*\) .*/\1/p; s/^ *address //p; }" $interfaces 2>/dev/null |
                while read -r card && read -r address; do
                    case "$devenv_cards
        " in *" $address "*) continue ;; esac
                    ip -4 addr show dev "$card" 2>/dev/null | while read -r word old rest; do
                        case $word:$old in inet:"$address"/*) ip addr del "$old" dev "$card" ;; esac
                    done
                done
        }
        forget

        while read -r network mac address prefix mask; do
            [ -n "$network" ] || continue
            networks="$networks $network"
            find "$mac" || devenv_fail "it has no network card with the address $mac, for the network '$network'"
            give "$card" "$address/$prefix" "$mask" ||
                devenv_fail "its card $card could not be given the address $address of the network '$network'"
            keeper "$card"
            [ -z "$keeper" ] || keep_$keeper
            give "$card" "$address/$prefix" "$mask" ||
                devenv_fail "its card $card lost the address $address of the network '$network' again"
        done <<END
        $devenv_cards
        END

        if [ -d "$manager" ] && drop "$manager" .nmconnection; then
            nmcli connection reload >/dev/null 2>&1
        fi
        drop "$networkd" .network && networkd_changed=1
        if [ -n "$networkd_changed" ]; then
            networkctl reload >/dev/null 2>&1 || systemctl restart systemd-networkd.service >/dev/null 2>&1
        fi

        if [ -n "$stanzas" ] || grep -qxF "$begin" $interfaces 2>/dev/null; then
            {
                sed "/^$begin\$/,/^$end\$/d" $interfaces
                [ -z "$stanzas" ] || printf '%s%s\n%s\n' "$begin" "$stanzas" "$end"
            } | keep $interfaces 644
        fi
        devenv_end 0
        """#
}
