import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// What one round took.
struct Sample {
  var seconds: Double
  var cpuSeconds: Double
}

func measured(_ work: () async throws -> Void) async throws -> Sample {
  let cpu = cpuSeconds()
  let start = ContinuousClock.now
  try await work()
  let elapsed = ContinuousClock.now - start
  return Sample(seconds: elapsed / .seconds(1), cpuSeconds: cpuSeconds() - cpu)
}

private func cpuSeconds() -> Double {
  var usage = rusage()
  getrusage(RUSAGE_SELF.rawValue, &usage)
  func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
  return seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  return sorted.isEmpty ? .nan : sorted[sorted.count / 2]
}
