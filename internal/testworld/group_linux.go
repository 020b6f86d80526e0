package testworld

import "syscall"

// endWithParent has the kernel end the program when this one dies without having done so.
func endWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGTERM }
