/** One machine's own numbers. `audit`: AUDIT_ARCH_* of linux/audit.h, by which the kernel names the table that a call uses. */
export interface CallNumbers {
  readonly audit: number;
  /** x86-64 only: calls from this number on belong to the x32 table. */
  readonly foreignFrom: number | undefined;
  readonly socket: number;
  readonly ioctl: number;
  /** Calls that nobody in a sandbox makes, by name. */
  readonly refused: Readonly<Record<string, number>>;
}

/** The same on every machine: calls that are younger than the tables' common end. */
const COMMON = {
  pidfd_getfd: 438,
  io_uring_setup: 425,
  io_uring_enter: 426,
  io_uring_register: 427,
  open_tree: 428,
  move_mount: 429,
  fsopen: 430,
  fsconfig: 431,
  fsmount: 432,
  fspick: 433,
  mount_setattr: 442,
  open_tree_attr: 467,
} as const;

/** Source: arch/x86/entry/syscalls/syscall_64.tbl. */
const X64: CallNumbers = {
  audit: 0xc000003e,
  foreignFrom: 0x40000000,
  socket: 41,
  ioctl: 16,
  refused: {
    ...COMMON,
    ptrace: 101,
    pivot_root: 155,
    acct: 163,
    mount: 165,
    umount2: 166,
    swapon: 167,
    swapoff: 168,
    reboot: 169,
    iopl: 172,
    ioperm: 173,
    init_module: 175,
    delete_module: 176,
    kexec_load: 246,
    add_key: 248,
    request_key: 249,
    keyctl: 250,
    perf_event_open: 298,
    open_by_handle_at: 304,
    setns: 308,
    process_vm_readv: 310,
    process_vm_writev: 311,
    finit_module: 313,
    kexec_file_load: 320,
    bpf: 321,
    userfaultfd: 323,
  },
};

/** Source: include/uapi/asm-generic/unistd.h. Not tried on such a machine. */
const ARM64: CallNumbers = {
  audit: 0xc00000b7,
  foreignFrom: undefined,
  socket: 198,
  ioctl: 29,
  refused: {
    ...COMMON,
    umount2: 39,
    mount: 40,
    pivot_root: 41,
    acct: 89,
    kexec_load: 104,
    init_module: 105,
    delete_module: 106,
    ptrace: 117,
    reboot: 142,
    add_key: 217,
    request_key: 218,
    keyctl: 219,
    swapon: 224,
    swapoff: 225,
    perf_event_open: 241,
    open_by_handle_at: 265,
    setns: 268,
    process_vm_readv: 270,
    process_vm_writev: 271,
    finit_module: 273,
    bpf: 280,
    userfaultfd: 282,
    kexec_file_load: 294,
  },
};

/** The numbers for a machine as Node names it; undefined where nobody looked them up: there is no sandbox then. */
export function callNumbers(machine: string): CallNumbers | undefined {
  if (machine === "x64") return X64;
  return machine === "arm64" ? ARM64 : undefined;
}
