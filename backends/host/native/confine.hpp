// What the kernel forbids the host before it loads anything: whatever a library under test tries then, it starts no
// process, opens no connection, writes no file and changes nobody's priority. Stands behind the sandbox, and in front of
// what a machine without one lacks; where the kernel has no such filter nothing happens here, and the description of the
// sandbox says so (backends/sandbox.py). Included by host.cpp only.
//
// Sources: seccomp(2), landlock(7).
#ifndef UNSEQ_CONFINE_HPP_
#define UNSEQ_CONFINE_HPP_

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

#include "wire.hpp"

namespace {

struct forbidden_call {
  unsigned number;
  const char *name;
};

#define UNSEQ_CALL(name) {__NR_##name, #name}
constexpr forbidden_call FORBIDDEN[] = {
    // processes and other programs
    UNSEQ_CALL(execve), UNSEQ_CALL(execveat), UNSEQ_CALL(ptrace), UNSEQ_CALL(process_vm_readv),
    UNSEQ_CALL(process_vm_writev), UNSEQ_CALL(kill), UNSEQ_CALL(pidfd_open), UNSEQ_CALL(pidfd_send_signal),
    UNSEQ_CALL(setsid), UNSEQ_CALL(setpgid), UNSEQ_CALL(unshare), UNSEQ_CALL(setns),
    // the network and other ways to talk
    UNSEQ_CALL(socket), UNSEQ_CALL(socketpair), UNSEQ_CALL(connect), UNSEQ_CALL(bind), UNSEQ_CALL(listen),
    UNSEQ_CALL(accept), UNSEQ_CALL(accept4), UNSEQ_CALL(sendto), UNSEQ_CALL(sendmsg), UNSEQ_CALL(shmget),
    UNSEQ_CALL(shmat), UNSEQ_CALL(msgget), UNSEQ_CALL(semget), UNSEQ_CALL(mq_open), UNSEQ_CALL(memfd_create),
    UNSEQ_CALL(keyctl), UNSEQ_CALL(add_key), UNSEQ_CALL(request_key), UNSEQ_CALL(io_uring_setup),
    // files (open for writing: below)
    UNSEQ_CALL(unlinkat), UNSEQ_CALL(renameat2), UNSEQ_CALL(mkdirat), UNSEQ_CALL(linkat), UNSEQ_CALL(symlinkat),
    UNSEQ_CALL(mknodat), UNSEQ_CALL(truncate), UNSEQ_CALL(fchmodat), UNSEQ_CALL(fchownat), UNSEQ_CALL(openat2),
    UNSEQ_CALL(mount), UNSEQ_CALL(umount2), UNSEQ_CALL(chroot), UNSEQ_CALL(pivot_root),
    // priority, limits, clocks, users, the kernel itself
    UNSEQ_CALL(setpriority), UNSEQ_CALL(sched_setaffinity), UNSEQ_CALL(sched_setscheduler), UNSEQ_CALL(sched_setparam),
    UNSEQ_CALL(sched_setattr), UNSEQ_CALL(ioprio_set), UNSEQ_CALL(clock_settime), UNSEQ_CALL(settimeofday),
    UNSEQ_CALL(adjtimex), UNSEQ_CALL(clock_adjtime), UNSEQ_CALL(setuid), UNSEQ_CALL(setgid), UNSEQ_CALL(capset),
    UNSEQ_CALL(bpf), UNSEQ_CALL(perf_event_open), UNSEQ_CALL(userfaultfd), UNSEQ_CALL(init_module),
#ifdef __NR_fork
    UNSEQ_CALL(fork), UNSEQ_CALL(vfork), UNSEQ_CALL(creat), UNSEQ_CALL(unlink), UNSEQ_CALL(rename), UNSEQ_CALL(mkdir),
    UNSEQ_CALL(rmdir), UNSEQ_CALL(link), UNSEQ_CALL(symlink), UNSEQ_CALL(mknod), UNSEQ_CALL(chmod), UNSEQ_CALL(chown),
#endif
#ifdef __NR_renameat
    UNSEQ_CALL(renameat),
#endif
};
// Forbidden for some arguments only.
constexpr forbidden_call PARTLY[] = {UNSEQ_CALL(openat), UNSEQ_CALL(clone), UNSEQ_CALL(prlimit64),
                                     UNSEQ_CALL(rt_sigaction),
#ifdef __NR_open
                                     UNSEQ_CALL(open), UNSEQ_CALL(setrlimit),
#endif
};
#undef UNSEQ_CALL

// Runs where the kernel stopped a call: says which one, and ends the run.
void on_forbidden(int, siginfo_t *info, void *) {
  const unsigned number = static_cast<unsigned>(info->si_syscall);
  const char *name = "a system call";
  for (const forbidden_call &one : FORBIDDEN)
    if (one.number == number) name = one.name;
  for (const forbidden_call &one : PARTLY)
    if (one.number == number) name = one.name;
  stop(FORBIDDEN_CALL, name);
}

#if defined(__x86_64__)
constexpr unsigned ARCHITECTURE = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr unsigned ARCHITECTURE = AUDIT_ARCH_AARCH64;
#else
constexpr unsigned ARCHITECTURE = 0;
#endif

class call_filter {
 public:
  call_filter() {
    load(offsetof(seccomp_data, arch));
    jump(BPF_JEQ, ARCHITECTURE, 1, 0);
    give(SECCOMP_RET_KILL_PROCESS);
    load(offsetof(seccomp_data, nr));
#if defined(__x86_64__)
    jump(BPF_JGE, 0x40000000, 0, 1);  // the x32 numbers of the same calls
    give(SECCOMP_RET_KILL_PROCESS);
#endif
    for (const forbidden_call &one : FORBIDDEN) {
      jump(BPF_JEQ, one.number, 0, 1);
      give(SECCOMP_RET_TRAP);
    }
    // The C library falls back to clone, whose flags can be seen.
    jump(BPF_JEQ, __NR_clone3, 0, 1);
    give(SECCOMP_RET_ERRNO | ENOSYS);
    unless_all(__NR_clone, 0, CLONE_THREAD);
    if_any(__NR_openat, 2, WRITING);
#ifdef __NR_open
    if_any(__NR_open, 1, WRITING);
    trap(__NR_setrlimit);
#endif
    if_any(__NR_prlimit64, 2, ~0u);  // a new limit is given
    when(__NR_rt_sigaction, 0, BPF_JEQ, SIGSYS, false);
    give(SECCOMP_RET_ALLOW);
  }

  void install() {
    sock_fprog program{static_cast<unsigned short>(code.size()), code.data()};
    if (ARCHITECTURE == 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return;
    syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
  }

 private:
  static constexpr unsigned WRITING = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;
  std::vector<sock_filter> code;

  void load(std::size_t where) { code.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<unsigned>(where))); }
  void give(unsigned answer) { code.push_back(BPF_STMT(BPF_RET | BPF_K, answer)); }
  void jump(unsigned how, unsigned value, unsigned char yes, unsigned char no) {
    code.push_back(BPF_JUMP(static_cast<unsigned short>(BPF_JMP | how | BPF_K), value, yes, no));
  }
  // Traps a call when the low half of an argument compares so (or, `negated`, does not).
  void when(unsigned number, unsigned argument, unsigned how, unsigned value, bool negated) {
    jump(BPF_JEQ, number, 0, 4);
    load(offsetof(seccomp_data, args) + 8 * argument);
    jump(how, value, negated ? 1 : 0, negated ? 0 : 1);
    give(SECCOMP_RET_TRAP);
    load(offsetof(seccomp_data, nr));
  }
  void if_any(unsigned number, unsigned argument, unsigned bits) { when(number, argument, BPF_JSET, bits, false); }
  void unless_all(unsigned number, unsigned argument, unsigned bit) { when(number, argument, BPF_JSET, bit, true); }
  void trap(unsigned number) {
    jump(BPF_JEQ, number, 0, 1);
    give(SECCOMP_RET_TRAP);
  }
};

// ---- files -------------------------------------------------------------------------------------------

// The kernel's interface, spelled out, for headers are often older than kernels.
struct landlock_rules {
  u64 files;
};
struct landlock_place {
  u64 allowed;
  int folder;
} __attribute__((packed));
constexpr long CREATE_RULES = 444, ADD_RULE = 445, RESTRICT_SELF = 446, BENEATH_A_PATH = 1;
constexpr u64 READ_FILE = 1 << 2, READ_FOLDER = 1 << 3, EXECUTE = 1 << 0, FIRST_KINDS = (1 << 13) - 1;

void allow_reading(int rules, const char *path) {
  const int folder = open(path, O_PATH | O_CLOEXEC);
  if (folder < 0) return;
  for (const u64 rights : {READ_FILE | READ_FOLDER | EXECUTE, READ_FILE | EXECUTE}) {  // the second for a single file
    const landlock_place place{rights, folder};
    if (syscall(ADD_RULE, rules, BENEATH_A_PATH, &place, 0) == 0) break;
  }
  close(folder);
}

// From here on files can only be read, and only those of the system and of the folder of the library under test.
void only_read(const char *library) {
  const landlock_rules wanted{FIRST_KINDS};
  const int rules = static_cast<int>(syscall(CREATE_RULES, &wanted, sizeof wanted, 0));
  if (rules < 0) return;
  const std::string path = library;
  for (const char *system : {"/usr", "/lib", "/lib64", "/opt", "/etc/ld.so.cache", "/proc/self", "/sys/devices/system/cpu",
                             "/dev/null", "/dev/urandom"})
    allow_reading(rules, system);
  allow_reading(rules, path.substr(0, path.rfind('/')).c_str());
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) syscall(RESTRICT_SELF, rules, 0);
  close(rules);
}

void confine(const char *library) {
  struct sigaction action {};
  action.sa_sigaction = on_forbidden;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGSYS, &action, nullptr);
  only_read(library);
  call_filter().install();
}

}  // namespace

#endif
