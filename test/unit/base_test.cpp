// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/base/error.h"
#include "runtime/base/file.h"
#include "runtime/base/progress.h"
#include "runtime/base/tensor.h"
#include "runtime/base/utf8.h"
#include "support.h"

#include <csignal>
#include <cstring>
#include <filesystem>
#include <limits>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace dpsims;
using namespace dpsims::test;

TEST(Error, IsOneLine) {
  EXPECT_EQ(errorOf([] { fail("a.png: id ", 7, " at (", 1.5, ")\n\x1b[2J"); }), "a.png: id 7 at (1.5)\\n\\x1b[2J");
}

TEST(Error, ShowsHowNamesDiffer) {
  // The composed and the decomposed form of one name, and bytes that are not UTF-8.
  EXPECT_EQ(errorOf([] { fail("\u00e9.png is not e\u0301.png"); }), "\u00e9.png is not e\\u0301.png");
  EXPECT_EQ(errorOf([] { fail("\u304c \u304b\u3099"); }), "\u304c \u304b\\u3099");
  EXPECT_EQ(errorOf([] { fail("a\xff\xc3"); }), "a\\xff\\xc3");
  EXPECT_EQ(errorOf([] { fail("\xf0\x9f\x8c\x8a\xed\xa0\x80"); }), "\xf0\x9f\x8c\x8a\\xed\\xa0\\x80");
}

TEST(Utf8, RefusesOverlongForms) {
  EXPECT_TRUE(isUtf8("a\u00e9\u20ac\U0001f30a"));
  for (const char *text : {"\xc0\x80", "\xe0\x80\xaf", "\xf4\x90\x80\x80", "\x80", "\xe2\x82"})
    EXPECT_FALSE(isUtf8(text));
}

TEST(File, SetTellsFilesApart) {
  const TemporaryDirectory directory;
  writeFile(directory / "a", "1");
  writeFile(directory / "b", "2");
  std::filesystem::create_hard_link(directory / "a", directory / "link");
  FileSet files;
  files.add(directory / "a");
  files.add(directory / "none");
  EXPECT_TRUE(files.contains(directory / "link"));
  EXPECT_FALSE(files.contains(directory / "b"));
  EXPECT_FALSE(files.contains(directory / "none"));
}

TEST(Error, QuotesShortenLongNames) {
  EXPECT_EQ(quoted("a.b"), "\"a.b\"");
  const std::string text = quoted(std::string("begin") + std::string(1 << 20, 'x') + "end");
  EXPECT_LT(text.size(), 170u);
  EXPECT_TRUE(hasParts(text, {"\"beginxxx", "...", "xxxend\""}));
  // Cuts do not fall into a character of several bytes.
  std::string umlauts;
  for (int i = 0; i < 500; ++i)
    umlauts += "ä";
  EXPECT_EQ(std::string(quoted(umlauts)).substr(0, 5), "\"ää");
  EXPECT_EQ(quoted("x" + umlauts).find("\xc3..."), std::string::npos);
}

TEST(Error, SystemErrorsHaveNames) { EXPECT_EQ(systemError(ENOSPC), "No space left on device"); }

//===-------------------------------------------------------------------------------------------------------------===//
// Files
//===-------------------------------------------------------------------------------------------------------------===//

TEST(File, ReadsAtPlaces) {
  TemporaryDirectory directory;
  writeFile(directory / "a", "0123456789");
  InputFile file(directory / "a");
  EXPECT_EQ(file.size(), 10u);
  char text[4] = "";
  file.read(3, text, 3);
  EXPECT_STREQ(text, "345");
  EXPECT_EQ(file.readSome(8, text, 3), 2);
  EXPECT_EQ(file.readSome(20, text, 3), 0);
  EXPECT_TRUE(hasParts(errorOf([&] { file.read(8, text, 3); }), {"/a: ", "ends at byte 10"}));
  InputFile moved(std::move(file));
  moved.read(0, text, 3);
  EXPECT_STREQ(text, "012");
}

TEST(File, MapsWholeFiles) {
  TemporaryDirectory directory;
  writeFile(directory / "a", "0123456789");
  MappedFile file(directory / "a");
  ASSERT_EQ(file.size(), 10u);
  EXPECT_EQ(std::memcmp(file.data(), "0123456789", 10), 0);
  writeFile(directory / "empty", "");
  EXPECT_EQ(MappedFile(directory / "empty").size(), 0u);
}

TEST(File, SaysWhyItCannotRead) {
  TemporaryDirectory directory;
  EXPECT_TRUE(hasParts(errorOf([&] { InputFile(directory / "none"); }), {"/none: ", "No such file"}));
  EXPECT_TRUE(hasParts(errorOf([&] { InputFile file(directory.path); }), {"is a directory"}));
  EXPECT_TRUE(hasParts(errorOf([&] { MappedFile file("/dev/null"); }), {"/dev/null", "not a regular file"}));
  ASSERT_EQ(::mkfifo((directory / "pipe").c_str(), 0600), 0);
  EXPECT_TRUE(hasParts(errorOf([&] { InputFile(directory / "pipe"); }), {"not a regular file"}));
}

TEST(File, ReadsTextUpToALimit) {
  TemporaryDirectory directory;
  writeFile(directory / "a", "hello");
  EXPECT_EQ(readText(directory / "a"), "hello");
  EXPECT_TRUE(hasParts(errorOf([&] { readText(directory / "a", 4); }), {"5 bytes", "the 4 allowed"}));
}

TEST(AtomicFile, AppearsAtCommit) {
  TemporaryDirectory directory;
  writeFile(directory / "a", "old");
  AtomicFile file(directory / "a");
  file.write("new ");
  file.write(std::string(3 << 20, 'x'));
  EXPECT_EQ(readText(directory / "a"), "old");
  file.commit();
  EXPECT_EQ(readText(directory / "a"), "new " + std::string(3 << 20, 'x'));
  EXPECT_EQ(directory.entries(), 1u);
}

TEST(AtomicFile, LeavesNothingWithoutACommit) {
  TemporaryDirectory directory;
  writeFile(directory / "a", "old");
  {
    AtomicFile file(directory / "a"), fresh(directory / "b");
    file.write("new");
    fresh.write("new");
    EXPECT_EQ(directory.entries(), 3u);
  }
  EXPECT_EQ(readText(directory / "a"), "old");
  EXPECT_EQ(directory.entries(), 1u);
}

TEST(AtomicFile, KeepsTheOldFileWhenTheDiskIsFull) {
  TemporaryDirectory directory;
  writeFile(directory / "a", "old");
  // A limit on file sizes stands for the full disk: writing fails midway in the same manner.
  rlimit before;
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = {1 << 20, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string message = errorOf([&] { writeFile(directory / "a", std::string(4 << 20, 'x')); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_TRUE(hasParts(message, {"/a: cannot write: File too large", "nothing was changed"}));
  EXPECT_EQ(readText(directory / "a"), "old");
  EXPECT_EQ(directory.entries(), 1u);
}

TEST(AtomicFile, WritesDevicesDirectly) {
  if (::access("/dev/full", W_OK) != 0)
    GTEST_SKIP() << "no /dev/full";
  EXPECT_TRUE(hasParts(errorOf([] { writeFile("/dev/full", "text"); }), {"/dev/full", "No space left on device"}));
  writeFile("/dev/null", "text");
  struct stat status;
  ASSERT_EQ(::stat("/dev/null", &status), 0);
  EXPECT_TRUE(S_ISCHR(status.st_mode));
}

TEST(AtomicFile, SaysWhyItCannotWrite) {
  TemporaryDirectory directory;
  EXPECT_TRUE(hasParts(errorOf([&] { writeFile(directory / "none/a", ""); }), {"/none/a: ", "No such file"}));
  EXPECT_TRUE(hasParts(errorOf([&] { writeFile(directory.path, ""); }), {"it is a directory"}));
  EXPECT_TRUE(hasParts(errorOf([&] { writeFile("", ""); }), {"name is empty"}));
  writeFile(directory / "file", "");
  EXPECT_TRUE(hasParts(errorOf([&] { writeFile(directory / "file/a", ""); }), {"Not a directory"}));
}

TEST(AtomicFile, FollowsLinksAndKeepsModes) {
  TemporaryDirectory directory;
  writeFile(directory / "real", "old");
  ::chmod((directory / "real").c_str(), 0640);
  ASSERT_EQ(::symlink("real", (directory / "link").c_str()), 0);
  writeFile(directory / "link", "new");
  EXPECT_EQ(readText(directory / "real"), "new");
  struct stat status;
  ASSERT_EQ(::lstat((directory / "link").c_str(), &status), 0);
  EXPECT_TRUE(S_ISLNK(status.st_mode));
  ASSERT_EQ(::stat((directory / "real").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
}

TEST(AtomicFile, TakesTheLongestNames) {
  TemporaryDirectory directory;
  const std::string path = directory / std::string(255, 'n');
  writeFile(path, "text");
  EXPECT_EQ(readText(path), "text");
}

TEST(Directory, IsMadeWithItsParents) {
  TemporaryDirectory directory;
  makeDirectory(directory / "a/b/c");
  makeDirectory(directory / "a/b/c");
  requireDirectory(directory / "a/b");
  writeFile(directory / "file", "");
  EXPECT_TRUE(hasParts(errorOf([&] { makeDirectory(directory / "file"); }), {"/file: cannot make the directory"}));
  EXPECT_TRUE(hasParts(errorOf([&] { makeDirectory(directory / "file/a"); }), {"Not a directory"}));
  EXPECT_TRUE(hasParts(errorOf([&] { requireDirectory(directory / "file"); }), {"is not a directory"}));
  EXPECT_TRUE(hasParts(errorOf([&] { requireDirectory(directory / "none"); }), {"No such file"}));
}

TEST(Directory, JoinsPaths) {
  EXPECT_EQ(joinPath("a", "b"), "a/b");
  EXPECT_EQ(joinPath("a/", "b"), "a/b");
  EXPECT_EQ(joinPath("", "b"), "b");
  EXPECT_EQ(joinPath("a", "/b"), "/b");
}

//===-------------------------------------------------------------------------------------------------------------===//
// Tensors
//===-------------------------------------------------------------------------------------------------------------===//

TEST(Tensor, TypesHaveNamesAndSizes) {
  for (int i = 0; i <= int(ElementType::F8E5M2); ++i) {
    ElementType type;
    ASSERT_TRUE(elementTypeFromName(elementTypeName(ElementType(i)), type));
    EXPECT_EQ(int(type), i);
  }
  ElementType type;
  EXPECT_FALSE(elementTypeFromName("f32", type));
  EXPECT_EQ(elementSize(ElementType::F32), 4u);
  EXPECT_EQ(elementSize(ElementType::BF16), 2u);
  EXPECT_EQ(elementSize(ElementType::I64), 8u);
  EXPECT_EQ(elementSize(ElementType::Bool), 1u);
}

TEST(Tensor, CountsAreChecked) {
  EXPECT_EQ(elementCount({}), 1);
  EXPECT_EQ(elementCount({2, 3, 4}), 24);
  EXPECT_EQ(elementCount({2, 0, 4}), 0);
  EXPECT_EQ(byteSize(ElementType::F64, {2, 3}), 48);
  const int64_t large = int64_t(1) << 31;
  EXPECT_TRUE(hasParts(errorOf([&] { elementCount({large, large, 4}); }), {"(2147483648, 2147483648, 4)"}));
  // A zero does not hide what overflows.
  EXPECT_TRUE(hasParts(errorOf([&] { elementCount({0, large, large, 4}); }), {"too many"}));
  EXPECT_TRUE(hasParts(errorOf([&] { elementCount({2, -1}); }), {"negative"}));
  EXPECT_TRUE(hasParts(errorOf([&] { byteSize(ElementType::F32, {large, large}); }), {"bytes"}));
  EXPECT_EQ(checkedMultiply(large, 2), large * 2);
  EXPECT_THROW(checkedMultiply(large, large * 4), Error);
  EXPECT_THROW(checkedMultiply(-1, 2), Error);
  EXPECT_THROW(checkedAdd(std::numeric_limits<int64_t>::max(), 1), Error);
  EXPECT_EQ(checkedAdd(1, 2), 3);
}

TEST(Tensor, BuffersAreAligned) {
  for (size_t size : {size_t(1), size_t(63), size_t(64), size_t(100000)}) {
    HostBuffer buffer = HostBuffer::zeroed(size);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(buffer.data()) % 64, 0u);
    EXPECT_EQ(buffer.size(), size);
    EXPECT_EQ(buffer.as<uint8_t>()[size - 1], 0);
  }
  EXPECT_EQ(HostBuffer(0).data(), nullptr);
  EXPECT_TRUE(hasParts(errorOf([] { HostBuffer(std::numeric_limits<size_t>::max() - 10); }), {"MiB of memory"}));
  HostBuffer a(10), b(std::move(a));
  EXPECT_EQ(a.size(), 0u);
  EXPECT_EQ(b.size(), 10u);
  a = std::move(b);
  EXPECT_EQ(a.size(), 10u);
  HostTensor tensor(ElementType::F32, {2, 3});
  EXPECT_EQ(tensor.buffer.size(), 24u);
  EXPECT_EQ(tensor.count(), 6);
}

//===-------------------------------------------------------------------------------------------------------------===//
// Progress
//===-------------------------------------------------------------------------------------------------------------===//

namespace {
struct FakeConsole {
  std::string text;
  double now = 100;

  Progress::Console console(bool terminal) {
    return {[this](std::string_view piece) { text += piece; }, [this] { return now; }, terminal};
  }
};
} // namespace

TEST(Progress, IsQuietForQuickWork) {
  FakeConsole fake;
  for (bool terminal : {false, true}) {
    Progress progress("load", 10, "files", fake.console(terminal));
    for (int i = 0; i < 10; ++i)
      progress.advance();
    fake.now += 0.9;
    progress.finish();
  }
  EXPECT_EQ(fake.text, "");
}

TEST(Progress, WritesALineEveryTenSecondsToAFile) {
  FakeConsole fake;
  Progress progress("sample", 100, "images", fake.console(false));
  for (int i = 0; i < 50; ++i) {
    fake.now += 0.5;
    progress.advance(1, "loss 2");
  }
  EXPECT_EQ(fake.text, "sample 20/100 images, 2.00 images/s, 0:40 left, loss 2\n"
                       "sample 40/100 images, 2.00 images/s, 0:30 left, loss 2\n");
  fake.text.clear();
  progress.advance(50);
  progress.finish();
  EXPECT_EQ(fake.text, "sample 100/100 images, 4.00 images/s, loss 2, 0:25 in all\n");
}

TEST(Progress, RewritesALineOnATerminal) {
  FakeConsole fake;
  {
    Progress progress("sample", 0, "images", fake.console(true));
    fake.now += 2;
    progress.advance(1);
    progress.advance(1); // too soon for a new line
    EXPECT_EQ(fake.text, "\rsample 1 images, 0.5000 images/s\x1b[K");
    fake.text.clear();
  }
  EXPECT_EQ(fake.text, "\n"); // an error message then is on a line of its own
}

TEST(Progress, WritesDurations) {
  EXPECT_EQ(durationText(0.4), "0:00");
  EXPECT_EQ(durationText(59.6), "1:00");
  EXPECT_EQ(durationText(3599), "59:59");
  EXPECT_EQ(durationText(3600 * 30 + 61), "30:01:01");
  EXPECT_EQ(durationText(std::numeric_limits<double>::infinity()), "8888:53:20");
}
