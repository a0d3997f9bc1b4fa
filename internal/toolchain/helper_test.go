package toolchain

func helper(task string) int { return 2 }
