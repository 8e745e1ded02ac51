import Foundation
import Testing

/// `bureaud backup` and `restore` as operators run them: beside the daemon, on its home.
struct BackupProgramTests {
  @Test func `a backup is made beside the daemon, tried out, and refused where it has no place`()
    throws
  {
    try Sandbox.run { sandbox in
      _ = try sandbox.found()
      let home = sandbox.folder.appending(path: "home").path
      let file = sandbox.folder.appending(path: "a.backup").path
      func bureaud(_ arguments: String...) throws -> ProgramAnswer {
        try Program.run(
          Program.product("bureaud"), arguments + ["--home", home], in: sandbox.folder)
      }
      let made = try bureaud("backup", file)
      #expect(made.status == 0, "\(made.notes)")
      #expect(made.output.contains("bureau: Fjord Regnskap AS"))
      let again = try bureaud("backup", file)
      #expect(again.status != 0 && again.notes.contains("is there already"))
      let drill = try bureaud("restore", "--verify", file)
      #expect(drill.status == 0, "\(drill.notes)")
      #expect(drill.output.contains("would serve"))
      let running = try bureaud("restore", file)
      #expect(running.status != 0 && running.notes.contains("is not empty"))

      // Another installation's home.
      let other = sandbox.folder.appending(path: "other").path
      func elsewhere(_ arguments: String...) throws -> ProgramAnswer {
        try Program.run(
          Program.product("bureaud"), arguments + ["--home", other], in: sandbox.folder)
      }
      #expect(try elsewhere("init").status == 0)
      let foreign = try elsewhere("restore", file)
      #expect(foreign.status != 0 && foreign.notes.contains("another installation"))
      // A new machine with the keys that were kept.
      for key in ["audit.key", "identity.key"] {
        let target = "\(other)/secrets/\(key)"
        try FileManager.default.removeItem(atPath: target)
        try FileManager.default.copyItem(atPath: "\(home)/secrets/\(key)", toPath: target)
      }
      let restored = try elsewhere("restore", file)
      #expect(restored.status == 0, "\(restored.notes)")
      #expect(restored.output.contains("restored: \(other)/bureau.db"))
      #expect(try elsewhere("restore", "--verify", file).status == 0)
    }
  }
}
