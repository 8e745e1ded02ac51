// The daemon as a process of its own: started on a home, killed in the middle of its work, and
// started again.

import Dispatch
import Foundation
import Synchronization
import TestKit

/// What a sandbox says of itself when it is ready (sandbox.json).
struct Sheet: Decodable, Sendable {
  var server: String
  var sandbox_url: String
  var ca: String
  var bootstrap_token_file: String
  var pid: Int32

  var port: Int { server.split(separator: ":").last.flatMap { Int($0) } ?? 0 }
}

/// How a program of ours ended.
struct Ending: Sendable {
  var status: Int32
  var bySignal: Bool
  var output: String
  var notes: String
}

enum Program {
  /// A program of this build.
  static func built(_ name: String) throws -> URL {
    let beside = Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent()
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
    let folders = [beside, root.standardizedFileURL.appending(path: ".build/debug")]
    for folder in folders.compactMap(\.self) {
      let file = folder.appending(path: name)
      if FileManager.default.isExecutableFile(atPath: file.path) { return file }
    }
    throw TestFault("\(name) is not built")
  }

  /// Runs a program to its end, without a shell; what it says goes through files, so that nothing
  /// can fill up.
  static func run(
    _ program: URL, _ arguments: [String], input: String = "", in folder: URL,
    environment: [String: String] = [:]
  ) async throws -> Ending {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let stem = folder.appending(path: UUID().uuidString)
    let files = ["in", "out", "err"].map { stem.appendingPathExtension($0) }
    try Data(input.utf8).write(to: files[0])
    for file in files.dropFirst() { try Data().write(to: file) }
    process.standardInput = try FileHandle(forReadingFrom: files[0])
    process.standardOutput = try FileHandle(forWritingTo: files[1])
    process.standardError = try FileHandle(forWritingTo: files[2])
    let running = Running(process)
    try process.run()
    await running.ended()
    defer { for file in files { try? FileManager.default.removeItem(at: file) } }
    return Ending(
      status: process.terminationStatus, bySignal: process.terminationReason == .uncaughtSignal,
      output: try String(contentsOf: files[1], encoding: .utf8),
      notes: try String(contentsOf: files[2], encoding: .utf8))
  }
}

/// A process whose end tasks can wait for.
// `Process` is used by one task at a time, but for its end.
final class Running: @unchecked Sendable {
  let process: Process
  private let end = DispatchSemaphore(value: 0)

  init(_ process: Process) {
    self.process = process
    process.terminationHandler = { [end] _ in end.signal() }
  }

  func ended() async {
    await withCheckedContinuation { done in
      DispatchQueue.global().async { [end] in
        end.wait()
        end.signal()
        done.resume()
      }
    }
  }
}

final class Daemon: Sendable {
  let home: URL
  private let running = Mutex<Running?>(nil)

  init(home: URL) { self.home = home }

  /// Starts `bureaud sandbox` and waits until everything listens.
  func start(at time: String, settings: [String] = [], flags: [String] = []) async throws -> Sheet {
    let file = home.appending(path: "sandbox.json")
    // One that was killed has left its own.
    try? FileManager.default.removeItem(at: file)
    let process = Process(), log = Pipe(), told = Words()
    process.executableURL = try Program.built("bureaud")
    process.arguments =
      ["sandbox", "--home", home.path, "--at", time] + flags
      + settings.flatMap { ["--set", $0] }
    process.standardOutput = FileHandle.nullDevice
    process.standardError = log
    log.fileHandleForReading.readabilityHandler = told.take
    let running = Running(process)
    try process.run()
    self.running.withLock { $0 = running }
    await told.ready(seconds: 60)
    guard let found = FileManager.default.contents(atPath: file.path) else {
      kill()
      throw TestFault("the sandbox did not start: \(told.text.suffix(800))")
    }
    return try JSONDecoder().decode(Sheet.self, from: found)
  }

  private var pid: pid_t? {
    running.withLock { $0.flatMap { $0.process.isRunning ? $0.process.processIdentifier : nil } }
  }

  /// Ends it at once, whatever it is doing.
  @Sendable func kill() { if let pid { _ = Foundation.kill(pid, SIGKILL) } }

  func ended() async {
    guard let running = running.withLock({ $0 }) else { return }
    await running.ended()
  }

  /// Asks it to end, and waits until it has.
  func stop() async throws {
    guard let running = running.withLock({ $0 }), running.process.isRunning else { return }
    running.process.terminate()
    await running.ended()
    guard running.process.terminationStatus == 0 else {
      throw TestFault("the server did not stop cleanly: \(running.process.terminationStatus)")
    }
  }
}

/// What the daemon has logged: says when everything listens, and is read to the end.
private final class Words: Sendable {
  private let log = Mutex("")
  private let listens = DispatchSemaphore(value: 0)

  var text: String { log.withLock { $0 } }

  @Sendable func take(_ handle: FileHandle) {
    let data = handle.availableData
    if data.isEmpty { handle.readabilityHandler = nil }
    let isReady = log.withLock { text in
      if text.utf8.count < 100_000 { text += String(decoding: data, as: UTF8.self) }
      return text.contains("sandbox is ready")
    }
    if isReady || data.isEmpty { listens.signal() }
  }

  /// Until the daemon listens or has ended, but no longer than `seconds`.
  func ready(seconds: Int) async {
    await withCheckedContinuation { done in
      DispatchQueue.global().async { [listens] in
        _ = listens.wait(timeout: .now() + .seconds(seconds))
        done.resume()
      }
    }
  }
}
