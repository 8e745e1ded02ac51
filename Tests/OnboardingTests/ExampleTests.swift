import Domain
import Primitives
import Testing

@testable import Onboarding

@Suite struct ExampleTests {
  @Test func `an example is read back without a finding, with its national ids`() throws {
    let example = BureauExample(clients: 60, seed: 7)
    let ids = BureauFile.nationalIDText(example.nationalIDs)
    let read = try BureauFile.read(Array(example.file.text.utf8), nationalIDs: Array(ids.utf8))
    #expect(read.file.clients.map(\.company) == example.file.clients.map(\.company))
    #expect(read.nationalIDs.count == example.file.people.count)
  }

  @Test func `a thousand clients have three thousand people and two thousand agreements`() {
    let file = BureauExample(clients: 1_000, seed: 1).file
    #expect(file.clients.count == 1_000)
    #expect(file.people.count == 3_000)
    #expect(file.clients.map(\.company.agreements.count).reduce(0, +) == 2_000)
  }

  @Test func `the same seed gives the same, another seed another`() {
    #expect(BureauExample(clients: 9, seed: 5).file == BureauExample(clients: 9, seed: 5).file)
    #expect(BureauExample(clients: 9, seed: 5).file != BureauExample(clients: 9, seed: 6).file)
  }

  @Test func `both countries occur, and national ids are test numbers`() throws {
    let example = BureauExample(clients: 40, seed: 3)
    let countries = Set(example.file.clients.map(\.company.organisationNumber.country))
    #expect(countries == [.no, .se])
    for (_, number) in example.nationalIDs {
      if number.utf8.count == 11 {
        #expect(try NorwegianNationalID(number, allowsSynthetic: true).isSynthetic)
      } else {
        // Skatteverket keeps the serials 980 to 999 for tests.
        #expect(number.dropFirst(8).hasPrefix("98") || number.dropFirst(8).hasPrefix("99"))
      }
    }
  }
}
