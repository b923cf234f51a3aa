"""What a shell's commands do, as techniques of MITRE ATT&CK (https://attack.mitre.org): a table of ours, as data.

A row holds where a command of ``names`` is called; with a ``pattern`` as well, where both hold; a ``pattern`` alone
looks at the whole line. Rows stand in order of weight: the first that holds is the event's technique. Patterns repeat
nothing that repeats and the line is cut to a bound, so that no line takes long.
"""

import re

from msgspec import Struct


class Row(Struct, frozen=True):
    """One technique and what shows it."""

    id: str
    name: str
    names: frozenset[str] = frozenset()
    pattern: re.Pattern[str] | None = None

    @property
    def url(self) -> str:
        """The page that describes it."""
        return f"https://attack.mitre.org/techniques/{self.id.replace('.', '/')}/"


def _row(id: str, name: str, names: str = "", pattern: str = "") -> Row:
    return Row(id, name, frozenset(names.split()), re.compile(pattern) if pattern else None)


_OFF = r"\b(?:stop|disable|mask)\b"
#: Several rows may name the same technique: each is another way to see it.
COMMANDS: tuple[Row, ...] = (
    _row("T1496", "Resource Hijacking", "xmrig minerd cpuminer ccminer t-rex xmr-stak"),
    _row(
        "T1496", "Resource Hijacking", pattern=r"stratum\+(?:tcp|ssl)|--donate-level|\bxmrig\b|\bminerd\b|moneroocean"
    ),
    _row("T1485", "Data Destruction", "mkfs mkfs.ext4 wipefs"),
    _row("T1485", "Data Destruction", "rm", r"\s-\w{0,8}[rR].{0,40}\s/\*?(?:\s|;|&|$)"),
    _row("T1485", "Data Destruction", "dd", r"of=/dev/(?:sd|vd|hd|nvme|mmc)"),
    _row("T1098.004", "SSH Authorized Keys", pattern=r"authorized_keys"),
    _row("T1136.001", "Local Account", "useradd adduser"),
    _row("T1098", "Account Manipulation", "passwd chpasswd usermod"),
    _row("T1574.006", "Dynamic Linker Hijacking", pattern=r"/etc/ld\.so\.preload|LD_PRELOAD="),
    _row("T1547.006", "Kernel Modules and Extensions", "insmod modprobe"),
    _row("T1053.003", "Cron", "crontab"),
    _row("T1053.003", "Cron", pattern=r"/etc/cron|/var/spool/cron"),
    _row("T1053.002", "At", "at batch"),
    _row("T1543.002", "Systemd Service", pattern=r"/etc/systemd/system|/lib/systemd/system|systemctl\s+enable"),
    _row("T1037.004", "RC Scripts", pattern=r"/etc/rc\.local|/etc/rc\d?\.d|/etc/init\.d/\S+\s*<<|>\s*/etc/init\.d"),
    _row("T1546.004", "Unix Shell Configuration Modification", pattern=r">\s*\S*(?:\.bashrc|\.profile|\.bash_profile)"),
    _row("T1562.004", "Disable or Modify System Firewall", "iptables ip6tables nft ufw firewall-cmd"),
    _row("T1562.004", "Disable or Modify System Firewall", "systemctl service", _OFF + r".*(?:firewalld|iptables|ufw)"),
    _row("T1562.001", "Disable or Modify Tools", "setenforce"),
    _row("T1562.001", "Disable or Modify Tools", pattern=r"/etc/selinux/config|aliyun|cloudmonitor|\bSELINUX=disabled"),
    _row(
        "T1562.001",
        "Disable or Modify Tools",
        "systemctl service",
        r"(?:apparmor|auditd|r?syslog|fail2ban|falcon|clamav|ossec|wazuh)",
    ),
    _row("T1562.003", "Impair Command History Logging", pattern=r"\bHIST(?:FILE|SIZE|CONTROL|FILESIZE|ORY)\b"),
    _row("T1562.003", "Impair Command History Logging", "set", r"\+o\s+history"),
    _row("T1070.003", "Clear Command History", "history", r"\s-\w{0,3}[cw]"),
    _row("T1070.003", "Clear Command History", pattern=r"(?:rm|>|truncate|null).{0,40}\.(?:bash|ash|zsh)_history"),
    _row(
        "T1070.002",
        "Clear Linux or Mac System Logs",
        pattern=r"(?:\brm\b|>|truncate|shred).{0,40}/var/log|/var/run/utmp",
    ),
    _row("T1003.008", "/etc/passwd and /etc/shadow", pattern=r"/etc/g?shadow"),
    _row("T1552.005", "Cloud Instance Metadata API", pattern=r"169\.254\.169\.254"),
    _row("T1552.004", "Private Keys", pattern=r"\bid_(?:rsa|dsa|ecdsa|ed25519)\b(?!\.pub)"),
    _row("T1548.001", "Setuid and Setgid", "chmod", r"[ugo]{0,3}\+s|\s[42]7\d\d\s"),
    _row("T1548.003", "Sudo and Sudo Caching", "visudo"),
    _row("T1548.003", "Sudo and Sudo Caching", pattern=r"sudo\s+-l|/etc/sudoers"),
    _row("T1529", "System Shutdown/Reboot", "reboot shutdown halt poweroff"),
    _row("T1489", "Service Stop", "kill killall pkill"),
    _row("T1489", "Service Stop", "systemctl service", _OFF),
    _row("T1110", "Brute Force", "hydra medusa ncrack sshpass"),
    _row("T1046", "Network Service Discovery", "nmap masscan zmap zgrab"),
    _row("T1021.004", "SSH", "ssh"),
    _row("T1095", "Non-Application Layer Protocol", "nc ncat netcat socat telnet"),
    _row("T1095", "Non-Application Layer Protocol", pattern=r"/dev/(?:tcp|udp)/"),
    _row(
        "T1016.001",
        "Internet Connection Discovery",
        pattern=r"ifconfig\.(?:me|co)|ipinfo\.io|icanhazip|ip-api\.com|ipify",
    ),
    _row("T1105", "Ingress Tool Transfer", "wget curl tftp ftpget ftp lwp-download scp sftp rsync fetch axel aria2c"),
    _row("T1105", "Ingress Tool Transfer", "cat dd echo printf", r"ELF|\\x7f|\\177"),
    _row("T1140", "Deobfuscate/Decode Files or Information", "base64 base32", r"\s(?:-d|-D|--decode)"),
    _row("T1140", "Deobfuscate/Decode Files or Information", "xxd", r"\s-r"),
    _row("T1140", "Deobfuscate/Decode Files or Information", "openssl", r"enc\b.*-d"),
    _row("T1140", "Deobfuscate/Decode Files or Information", "gunzip uudecode"),
    _row("T1027", "Obfuscated Files or Information", pattern=r"(?:\\x[0-9a-fA-F]{2}|\\[0-7]{3}){3}"),
    _row("T1222.002", "Linux and Mac File and Directory Permissions Modification", "chmod chown chgrp chattr setfacl"),
    _row("T1564.001", "Hidden Files and Directories", pattern=r"(?:/tmp|/dev/shm|/var/tmp|/var/run)/\.[A-Za-z0-9]"),
    _row("T1070.004", "File Deletion", "rm shred unlink"),
    _row("T1059.006", "Python", "python python2 python3"),
    _row("T1087.001", "Local Account", "getent lastlog"),
    _row("T1087.001", "Local Account", pattern=r"/etc/(?:passwd|group)\b"),
    _row("T1018", "Remote System Discovery", "arp ping traceroute"),
    _row("T1018", "Remote System Discovery", pattern=r"/etc/hosts\b|known_hosts|\bip\s+n(?:eigh)?\b"),
    _row("T1049", "System Network Connections Discovery", "netstat ss lsof"),
    _row("T1016", "System Network Configuration Discovery", "ifconfig ip route iwconfig"),
    _row("T1016", "System Network Configuration Discovery", pattern=r"/etc/resolv\.conf|/proc/net/|hostname\s+-[iI]"),
    _row("T1057", "Process Discovery", "ps top htop pgrep pidof pstree"),
    _row("T1057", "Process Discovery", pattern=r"/proc/(?:\d+|\*|\$\w+|self)/"),
    _row("T1033", "System Owner/User Discovery", "whoami id w who users last logname"),
    _row("T1007", "System Service Discovery", "systemctl service chkconfig"),
    _row("T1518", "Software Discovery", "dpkg rpm which whereis apt-cache"),
    _row(
        "T1082",
        "System Information Discovery",
        "uname lscpu nproc free uptime lspci lsb_release dmidecode df hostname hostnamectl arch lsblk mount getconf "
        "nvidia-smi vmstat lshw",
    ),
    _row(
        "T1082",
        "System Information Discovery",
        pattern=r"/proc/(?:cpuinfo|meminfo|version|mounts|uptime)|/etc/(?:os-release|issue|\w{1,12}-release|debian_version)",
    ),
    _row("T1124", "System Time Discovery", "date hwclock timedatectl"),
    _row("T1083", "File and Directory Discovery", "ls find locate tree pwd du stat"),
)
