/* SSH clients for bench/ssh.py, cheap enough not to be what is measured.
 *
 * load PORT PASSWORD login CLIENTS ATTEMPTS [COMMAND]   each attempt connects, logs in as root, runs COMMAND, leaves
 * load PORT PASSWORD shells COUNT TYPING LINE           opens shells and reports; at a line on stdin types LINE in
 *                                                       the first TYPING and reports; at the next one leaves
 * LOAD_HOST_KEY names another host key than ssh-ed25519; LOAD_NONE=1 asks with "none" first what is allowed.
 * Prints "accepted refused failed milliseconds", or "open" with the number of shells. */
#include <libssh/libssh.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { REFUSED, ACCEPTED, FAILED };
static int port, attempts;
static const char *password, *command, *host_key = "ssh-ed25519";
static int ask_none;
static atomic_int next_attempt, results[3];

static ssh_session connected(void)
{
    int yes = 1;
    long patience = 60;
    ssh_session session = ssh_new();
    ssh_options_set(session, SSH_OPTIONS_HOST, "127.0.0.1");
    ssh_options_set(session, SSH_OPTIONS_PORT, &port);
    ssh_options_set(session, SSH_OPTIONS_USER, "root");
    ssh_options_set(session, SSH_OPTIONS_NODELAY, &yes);
    ssh_options_set(session, SSH_OPTIONS_TIMEOUT, &patience);
    ssh_options_set(session, SSH_OPTIONS_KEY_EXCHANGE, "curve25519-sha256");
    ssh_options_set(session, SSH_OPTIONS_HOSTKEYS, host_key);
    ssh_options_set(session, SSH_OPTIONS_CIPHERS_C_S, "aes128-ctr");
    ssh_options_set(session, SSH_OPTIONS_CIPHERS_S_C, "aes128-ctr");
    ssh_options_set(session, SSH_OPTIONS_HMAC_C_S, "hmac-sha2-256");
    ssh_options_set(session, SSH_OPTIONS_HMAC_S_C, "hmac-sha2-256");
    ssh_options_set(session, SSH_OPTIONS_PROCESS_CONFIG, &(int){0});
    if (ssh_connect(session) == SSH_OK)
        return session;
    ssh_free(session);
    return NULL;
}

static int run(ssh_session session)
{
    char buffer[4096];
    int read, length = 0;
    ssh_channel channel = ssh_channel_new(session);
    if (ssh_channel_open_session(channel) == SSH_OK && ssh_channel_request_exec(channel, command) == SSH_OK)
        while ((read = ssh_channel_read_timeout(channel, buffer, sizeof buffer, 0, 60000)) > 0)
            length += read;
    ssh_channel_free(channel);
    return length ? ACCEPTED : FAILED;
}

static int attempt(void)
{
    int result = FAILED;
    ssh_session session = connected();
    if (!session)
        return FAILED;
    if (ask_none)
        ssh_userauth_none(session, NULL);
    switch (ssh_userauth_password(session, NULL, password)) {
    case SSH_AUTH_SUCCESS: result = command ? run(session) : ACCEPTED; break;
    case SSH_AUTH_DENIED: result = REFUSED; break;
    }
    ssh_disconnect(session);
    ssh_free(session);
    return result;
}

static void *client(void *unused)
{
    while (atomic_fetch_add(&next_attempt, 1) < attempts)
        atomic_fetch_add(&results[attempt()], 1);
    return unused;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static void logins(int clients)
{
    pthread_t threads[1024];
    double start = now();
    for (int i = 0; i < clients; i++)
        pthread_create(&threads[i], NULL, client, NULL);
    for (int i = 0; i < clients; i++)
        pthread_join(threads[i], NULL);
    printf("%d %d %d %.1f\n", results[ACCEPTED], results[REFUSED], results[FAILED], now() - start);
}

static int prompted(ssh_channel channel) /* reads up to a root prompt */
{
    char buffer[4096];
    int length = 0, read;
    while (length < (int)sizeof buffer - 1 &&
           (read = ssh_channel_read_timeout(channel, buffer + length, sizeof buffer - 1 - length, 0, 20000)) > 0) {
        length += read;
        buffer[length] = 0;
        if (strstr(buffer, "# "))
            return 1;
    }
    return 0;
}

static void told(int open)
{
    printf("open %d\n", open);
    fflush(stdout);
    while (getchar() != '\n' && !feof(stdin))
        ;
}

static void shells(int count, int typing, const char *line)
{
    ssh_channel *channels = calloc(count, sizeof *channels);
    int open = 0, answered = 0;
    for (int i = 0; i < count; i++) {
        ssh_session session = connected();
        if (!session || ssh_userauth_password(session, NULL, password) != SSH_AUTH_SUCCESS)
            continue;
        channels[i] = ssh_channel_new(session);
        open += ssh_channel_open_session(channels[i]) == SSH_OK && ssh_channel_request_pty(channels[i]) == SSH_OK &&
                ssh_channel_request_shell(channels[i]) == SSH_OK && prompted(channels[i]);
    }
    told(open);
    for (int i = 0; i < count && i < typing; i++)
        if (channels[i])
            answered += ssh_channel_write(channels[i], line, strlen(line)) > 0 &&
                        ssh_channel_write(channels[i], "\r", 1) > 0 && prompted(channels[i]);
    told(answered);
}

int main(int count, char **words)
{
    if (count < 6)
        return 2;
    port = atoi(words[1]);
    password = words[2];
    ask_none = getenv("LOAD_NONE") != NULL;
    if (getenv("LOAD_HOST_KEY"))
        host_key = getenv("LOAD_HOST_KEY");
    ssh_init();
    if (!strcmp(words[3], "shells"))
        shells(atoi(words[4]), atoi(words[5]), count > 6 ? words[6] : "");
    else {
        int clients = atoi(words[4]);
        attempts = atoi(words[5]);
        command = count > 6 ? words[6] : NULL;
        logins(clients < 1024 ? clients : 1024);
    }
    return 0;
}
