package codeinjection

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
)

// arg is a set of kinds of first argument that make a call one with effect.
type arg uint32

const (
	aText    arg = 1 << iota // a string
	aVar                     // $x
	aCall                    // a call of another function in this table
	aEmpty                   // nothing
	aNumber                  // a number
	aProgram                 // the bare name of a program: system(id)
	aArray                   // [
	aPath                    // a string that is a path, a URL or a pipe
	aCommand                 // a string that begins with a program
	aModule                  // a string that names a module with power over the machine
	aExec                    // a string that names one of the functions that run something
	aPattern                 // a string that is a pattern with the modifier e
	aPipe                    // a second string that begins or ends with a pipe
	aLater                   // a later argument that is a string, and an option or an absolute path
	aName                    // any other name
	aAny     = aText | aVar | aCall | aEmpty | aNumber | aProgram | aArray | aName
	runs     = aText | aVar | aCall | aProgram | aArray
)

// functions are called by their name alone, in whatever language has them. Case does not matter: PHP's
// functions have none.
var functions = table([]group{
	{runs, "system shell_exec passthru proc_open pcntl_exec eval assert create_function execsync spawnsync " +
		"execfile execfilesync loadstring instance_eval class_eval module_eval executeglobal expect_popen"},
	{runs &^ aName, "exec popen evaluate"},
	{aExec, "call_user_func call_user_func_array array_map array_filter array_walk array_reduce usort uasort uksort ob_start register_shutdown_function " +
		"register_tick_function iterator_apply forward_static_call send __send__ public_send method preg_replace_callback array_diff_ukey function_exists mb_ereg_replace is_callable " +
		"array_walk_recursive array_udiff array_uintersect array_diff_uassoc array_intersect_ukey spl_autoload_register set_error_handler set_exception_handler " +
		"header_register_callback sqlite_create_function filter_var_array pcntl_signal xml_set_element_handler"},
	{aAny, "phpinfo phpversion php_uname zend_version php_sapi_name get_current_user getmyuid getmypid posix_getpwuid posix_getuid sys_get_temp_dir " +
		"get_defined_vars get_loaded_extensions disk_free_space get_cfg_var ini_get_all pcntl_fork __import__ get_included_files " +
		"get_defined_functions get_defined_constants posix_getpwnam posix_kill posix_setuid apache_get_modules phpcredits php_ini_loaded_file opcache_get_status " +
		"get_extension_funcs getlastmod getmyinode setaccessible pfsockopen apache_setenv proc_nice proc_terminate"},
	{aPath | aVar | aCall, "file_get_contents readfile show_source highlight_file php_strip_whitespace file_put_contents include include_once require_once parse_ini_file " +
		"scandir opendir readlink symlink move_uploaded_file fopen fpassthru unlink copy rename rmdir mkdir glob finfo_open simplexml_load_file " +
		"dofile loadfile gzfile readgzfile gzopen bzopen hash_file md5_file sha1_file exif_read_data getimagesize imagecreatefromjpeg imagecreatefrompng tempnam touch chmod " +
		"fileatime filesize stat lstat is_writable is_readable is_file is_dir file_exists virtual"},
	{aLater, "mail mb_send_mail error_log imap_open imap_mail"},
	{aText | aVar | aCall, "base64_decode str_rot13 gzinflate gzuncompress gzdecode hex2bin convert_uudecode unserialize ini_set putenv dl hexdec"},
	{aVar | aCall, "var_dump print_r var_export print echo printf die exit md5 sha1 strrev implode extract parse_str console_log chr ord dechex bin2hex"},
	{aNumber, "sleep usleep set_time_limit"},
	{aPath | aModule | aPipe, "open require import"},
	{aPattern, "preg_replace"},
	{aText | aVar | aCall | aName | aArray, "scriptenginemanager processbuilder processstartinfo"},
	{aText, "forname getruntime loadclass getdeclaredmethod getmethod defineclass getenginebyname createobject newinstance settimeout setinterval setimmediate execscript " +
		"importlib constantize const_get instance_variable_get gettypefromprogid gettypefromclsid downloadstring downloadfile downloaddata " +
		"getdeclaredconstructor getconstructor getobject invokemember invokescript loadlibrary safe_constantize class_for_name"},
	{aEmpty, "getruntime globals locals breakpoint"},
	{aText | aVar | aName | aCall, "soapclient"},
	{aCommand | aExec, "compile"},
	{aText, "getenv"},
	{aText | aVar | aNumber, "reflectionfunction splfileobject directoryiterator filesystemiterator globiterator groovyshell"},
	{aAny &^ aName, "getattr"},
	{aText, "function constructor"},
	{aText | aCall, "filereader fileinputstream fileoutputstream filewriter randomaccessfile serversocket urlclassloader csharpcodeprovider"},
})

// methods are called on something: the last name before the dot, and the method.
var methods = table([]group{
	{runs, "os.system os.popen os.popen2 os.popen3 os.execl os.execle os.execlp os.execv os.execve os.execvp os.spawnl os.spawnv os.spawnlp os.startfile " +
		"os.remove os.unlink os.rmdir os.removedirs os.listdir os.walk os.chmod os.rename os.mkfifo os.execute io.popen os:cmd os.cmd " +
		"subprocess.popen subprocess.call subprocess.run subprocess.check_output subprocess.check_call subprocess.getoutput subprocess.getstatusoutput " +
		"commands.getoutput commands.getstatusoutput pty.spawn importlib.import_module shutil.rmtree shutil.copy runpy.run_path code.interact " +
		"child_process.exec child_process.execsync child_process.spawn child_process.spawnsync child_process.execfile child_process.fork cp.exec c.exec " +
		"pickle.loads pickle.load cpickle.loads marshal.loads dill.loads shelve.open yaml.load yaml.unsafe_load jsonpickle.decode " +
		"kernel.exec kernel.system kernel.spawn kernel.eval kernel.open kernel.fork io.popen io.read io.readlines io.sysopen open3.capture2 open3.capture3 open3.popen3 pty.spawn " +
		"process.spawn process.dlopen process.binding process.chdir dir.entries dir.glob file.readalltext file.writealltext file.delete " +
		"process.start assembly.load assembly.loadfrom assembly.loadfile activator.createinstance server.createobject server.execute server.mappath " +
		"class.forname system.getproperty system.load system.loadlibrary system.cmd system.shell deno.run deno.readtextfile bun.spawn vm.runinnewcontext vm.runinthiscontext " +
		"fs.readfilesync fs.readdirsync fs.writefilesync fs.readfile fs.readdir fs.writefile fs.unlinksync fs.unlink fs.appendfile fs.createreadstream " +
		"io.lines io.output redis.call redis.pcall eval.me eval.x eval.xy eval.call eval.apply function.call function.apply system.call cdll.loadlibrary ctypes.cdll ctypes.pydll " +
		"file.readalllines file.readallbytes file.openread file.appendalltext file.openwrite directory.getfiles directory.getdirectories directory.delete " +
		"os.open os.fork os.kill os.readlink os.symlink os.makedirs os.chown os.scandir os.posix_spawn pathlib.path glob.glob shutil.move runpy.run_module " +
		"subprocess.getstatus asyncio.create_subprocess_shell asyncio.create_subprocess_exec webbrowser.open platform.popen " +
		"file.delete file.unlink file.write file.binread io.read io.write io.binread io.foreach dir.children dir.foreach dir.mkdir open3.pipeline process.exec process.fork " +
		"php:function php:functionstring package.loadlib debug.getregistry runtime.exec code.eval_string code.eval_quoted"},
	{aAny, "os.getcwd os.getpid os.getlogin os.uname os.environ process.exit process.kill process.cwd process.abort process.memoryusage process.reallyexit system.exit system.getenv " +
		"runtime.getruntime kernel.exit sys.exit os.getenv platform.uname platform.platform inspect.stack environment.exit environment.getenvironmentvariable code.interactiveconsole code.interact pdb.set_trace sys._getframe gc.get_objects " +
		"os.getuid os.getgroups os.abort os._exit runtime.halt objectspace.each_object objectspace.garbage_collect sys.settrace"},
	{aCommand, "exec.command exec.commandcontext command.new syscall.exec syscall.forkexec"},
	{aPath | aVar, "file.read file.open file.readlines file.new file.write io.open file.readtext"},
	{aNumber, "time.sleep thread.sleep task.delay kernel.sleep system.threading process.sleep os.sleep"},
	{aText | aNumber | aCall, "response.write response.end res.end res.send res.write"},
	{aNumber | aText | aVar | aCall, "string.fromcharcode"},
	{aText | aVar | aCall, "reflect.construct reflect.apply buffer.from"},
})

type group struct {
	args  arg
	names string
}

func table(groups []group) map[string]arg {
	m := make(map[string]arg, 256)
	for _, g := range groups {
		for _, n := range strings.Fields(g.names) {
			m[n] |= g.args
		}
	}
	return m
}

// modules give a program of Node.js, Python, Ruby or Lua power over the machine.
var modules = lex.NewSet("child_process fs os vm net http https dgram cluster worker_threads dns repl v8 inspector fs/promises module process " +
	"node:child_process node:fs node:os node:vm node:net subprocess commands pty socket open3 io ffi shelljs")
