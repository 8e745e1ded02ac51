import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// What one round took, of wall time and of this process's CPU.
struct Sample: Sendable {
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

/// The rounds of one side of a comparison.
struct Side: Sendable {
  let name: String
  /// What one round does.
  let count: Int
  var samples: [Sample] = []

  init(_ name: String, count: Int) {
    self.name = name
    self.count = count
  }

  /// Per second, the median of the rounds.
  var rate: Double { Double(count) / median(samples.map(\.seconds)) }

  /// CPU of this process for one, the median of the rounds.
  var cpuMicroseconds: Double { median(samples.map(\.cpuSeconds)) / Double(count) * 1e6 }

  /// Wall time for one, the median of the rounds.
  var microseconds: Double { median(samples.map(\.seconds)) / Double(count) * 1e6 }

  var line: String {
    let rates = samples.map { Double(count) / $0.seconds }
    return String(
      format: "  %@: %.0f a second (%.0f to %.0f), %.1f µs CPU each", name, rate,
      rates.min() ?? 0, rates.max() ?? 0, cpuMicroseconds)
  }
}

func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  return sorted.isEmpty ? .nan : sorted[sorted.count / 2]
}

/// `count` pieces of work, by `callers` at the same time.
func byCallers(
  _ callers: Int, count: Int, _ work: @escaping @Sendable (Int) async throws -> Void
) async throws {
  try await withThrowingTaskGroup(of: Void.self) { tasks in
    for caller in 0..<callers {
      tasks.addTask {
        for index in stride(from: caller, to: count, by: callers) { try await work(index) }
      }
    }
    try await tasks.waitForAll()
  }
}
