/// The law of 16.05.2014 No. 202-V "On permits and notifications": every rule of it that e-License applies is a function
/// here, named after the rule, in a file of its subject.
enum PermitsLaw {
    /// How an article is cited.
    static func article(_ number: Int) -> String { "Law of 16.05.2014 No. 202-V, art. \(number)" }
}
