import Foundation

/// Two servers on one PostgreSQL: the rig's own, and another with the same secrets and witness.
struct ServerPair {
  let rig: CrashRig
  let other: Daemon
  private let time: String
  private let settings: [[String]]
  private let flags: [[String]]
  var sheets: [Sheet]

  var daemons: [Daemon] { [rig.daemon, other] }

  /// Starts the other server on a copy of the first one's secrets.
  /// - Parameter sharesBank: both leave and find files in one folder; the first one's bank takes
  ///   them. Otherwise each has a bank of its own.
  static func make(
    _ rig: CrashRig, _ first: Sheet, at time: String, database: String, sharesBank: Bool = false
  ) async throws -> ServerPair {
    let own = rig.daemon.home, home = rig.folder.appending(path: "other")
    try FileManager.default.createDirectory(
      at: home, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    for name in try FileManager.default.contentsOfDirectory(atPath: own.path)
    where !["bank", "witness", "messages", "sandbox.json"].contains(name) {
      try FileManager.default.copyItem(
        at: own.appending(path: name), to: home.appending(path: name))
    }
    var settings = [
      "database=\(database)", "witness.folder=\(own.appending(path: "witness").path)",
    ]
    if sharesBank { settings.append("bank.folder=\(rig.bankFolder.path)") }
    let other = Daemon(home: home), flags = sharesBank ? ["--no-bank"] : []
    let sheet = try await other.start(at: time, settings: settings, flags: flags)
    return ServerPair(
      rig: rig, other: other, time: time, settings: [rig.settings, settings], flags: [[], flags],
      sheets: [first, sheet])
  }

  /// Starts one of them again, once it has ended.
  /// - Parameter keepsPort: where its clients look for it.
  mutating func restart(_ index: Int, at time: String? = nil, keepsPort: Bool = false) async throws
  {
    let port = keepsPort ? ["listen.port=\(sheets[index].port)"] : []
    await daemons[index].ended()
    sheets[index] = try await daemons[index].start(
      at: time ?? self.time, settings: settings[index] + port, flags: flags[index])
  }
}
